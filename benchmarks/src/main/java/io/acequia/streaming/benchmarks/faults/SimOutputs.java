/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * F39: an output fails in one batch, for a while. Tried again, or after a restart, it alone is asked again; and under {@code
 * continue} the batch is told to have failed and the other outputs have it.
 */
final class SimOutputs {
    private static final int BATCHES = 12;
    private static final List<String> POLICIES = List.of("retry(3, 0ms, stop)", "stop", "continue");

    private SimOutputs() {}

    static SimOutcome run(long seed) throws InterruptedException {
        String policy = POLICIES.get(Math.floorMod(seed, POLICIES.size()));
        try (SimPlay play = new SimPlay(
                seed, Flavour.ANY, Mistakes.NONE, program -> program.with("streaming.failure.policy", policy))) {
            play.calm();
            int at = 1 + play.random.nextInt(BATCHES);
            int times = policy.startsWith("retry") ? 1 + play.random.nextInt(3) : 1;
            Failing failing = new Failing(policy.equals("continue") ? SimProgram.END : any(play), at, times, play);
            play.world.hook(failing);
            SimOutcome outcome = SimOutcome.NOTHING;
            try {
                try (SimJob job = play.start()) {
                    for (int i = 0; i < BATCHES && job != null && job.isAlive(); i++) {
                        play.step(job);
                    }
                    if (job != null && policy.equals("stop")) {
                        outcome = outcome.must(
                                failing.thrown.get() == 0 || job.failure() != null, "the job did not fail");
                    } else if (job != null) {
                        play.mustNotHaveFailed(job);
                        boolean told = job.batches().stream()
                                .anyMatch(batch -> batch.failure().isPresent()
                                        && batch.batchTime().equals(failing.time));
                        outcome = outcome.must(
                                told == (policy.equals("continue") && failing.thrown.get() > 0),
                                "the batch is told to have " + (told ? "failed" : "not failed"));
                    }
                }
                play.comeBack(false);
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return play.judge()
                    .plus(outcome)
                    .plus(askedOnce(play, failing, policy.equals("continue")))
                    .count("failures", failing.thrown.get());
        }
    }

    private static String any(SimPlay play) {
        List<String> outputs = play.program().outputs();
        return outputs.get(play.random.nextInt(outputs.size()));
    }

    /** Each output is asked once for each batch, but the one that failed, which is asked again as often as it did. */
    private static SimOutcome askedOnce(SimPlay play, Failing failing, boolean goesOn) {
        SimOutcome outcome = SimOutcome.NOTHING;
        for (String output : play.program().outputs()) {
            NavigableMap<Time, Integer> asked = play.world.sink().asked(output);
            for (Time time : asked.keySet()) {
                boolean failed = output.equals(failing.output) && time.equals(failing.time);
                int right = failed && !goesOn ? 1 + failing.thrown.get() : 1;
                int times = asked.getOrDefault(time, 0);
                outcome = outcome.must(
                        times == right, output + " was asked " + times + " times for " + time + ", not " + right);
            }
        }
        return outcome;
    }

    /** Throws where an output asks for a batch, a few times. */
    private static final class Failing implements SimWorld.Hook {
        private final String output;
        private final Time time;
        private final int times;
        private final AtomicInteger thrown = new AtomicInteger();

        Failing(String output, int batch, int times, SimPlay play) {
            this.output = output;
            this.time = play.world.zero(play.program()).plus(play.interval().multipliedBy(batch));
            this.times = times;
        }

        @Override
        public void asked(String each, Time at) throws Exception {
            if (each.equals(output) && at.equals(time) && thrown.get() < times) {
                thrown.incrementAndGet();
                throw new IOException("the output fails, as it was told");
            }
        }
    }
}
