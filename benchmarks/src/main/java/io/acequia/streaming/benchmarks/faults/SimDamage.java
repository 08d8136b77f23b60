/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * F15: after a life that ended in peace, a part of a file is damaged: 512 B or 4 KiB of it are other bytes, are zeros, or are
 * those of another file. The job must refuse it, loudly, or come to the same as if nothing had been.
 *
 * @param mistakes that must be noticed
 */
record SimDamage(Mistakes mistakes) {
    SimOutcome run(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, Flavour.ANY, mistakes)) {
            String damage;
            try {
                SimCrashes.live(play, SimCrashes.End.STOP);
                play.comeBack(false);
                damage = damage(play.world.disk(), play.random);
            } catch (SimFailure e) {
                return play.judge(e);
            }
            try {
                play.finish();
            } catch (SimFailure e) {
                return SimOutcome.NOTHING.count("refused", 1);
            }
            SimOutcome outcome = play.judge();
            return outcome.isWhole() ? SimOutcome.NOTHING.count("equal", 1) : outcome.must(false, damage);
        }
    }

    private static String damage(SimulatedStorage disk, Random random) {
        List<String> names = disk.names().stream()
                .filter(name -> disk.content(name).length > 0)
                .toList();
        String name = names.get(random.nextInt(names.size()));
        byte[] content = disk.content(name);
        byte[] other = disk.content(names.get(random.nextInt(names.size())));
        int length = random.nextBoolean() ? 512 : 4096;
        int from = random.nextInt(content.length) / length * length;
        int until = Math.min(content.length, from + length);
        byte[] before = content.clone();
        int kind = random.nextInt(3);
        for (int i = from; i < until; i++) {
            switch (kind) {
                case 0 -> content[i] = (byte) random.nextInt(256);
                case 1 -> content[i] = 0;
                default -> content[i] = i < other.length ? other[i] : 0;
            }
        }
        if (Arrays.equals(before, content)) {
            content[from] ^= 1;
        }
        disk.put(name, content);
        return List.of("garbage", "zeros", "a stale page").get(kind) + " in " + name + " [" + from + ", " + until + ")";
    }
}
