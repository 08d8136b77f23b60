/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.testkit.LogUnderTest.open;
import static io.acequia.streaming.testkit.LogUnderTest.rollAt;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The power goes at any operation of the disk, again and again, and what was promised is there each time. */
@Timeout(120)
class LogCrashTest {
    private static final int SEEDS = 2_000;

    @Test
    @DisplayName(
            "F11 the power goes at any step: what was promised is read back, and what is read was appended, without a gap")
    void nothingThatWasForcedIsLost() throws IOException {
        int recovered = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Life life = new Life(seed, storage -> {});
            assertThat(life.run()).as("seed %d", seed).isEmpty();
            recovered += life.recovered;
        }
        assertThat(recovered).as("records that were there after a crash").isGreaterThan(10 * SEEDS);
    }

    @Test
    @DisplayName("control: a disk that does not force bytes is noticed")
    void forcesThatDoNothingAreNoticed() throws IOException {
        assertThat(firstNoticed(SimulatedStorage::ignoreForces)).isLessThan(20);
    }

    @Test
    @DisplayName("control: a disk that does not force folders is noticed")
    void folderForcesThatDoNothingAreNoticed() throws IOException {
        assertThat(firstNoticed(SimulatedStorage::ignoreFolderForces)).isLessThan(20);
    }

    private static int firstNoticed(Consumer<SimulatedStorage> flaw) throws IOException {
        int seed = 0;
        while (seed < SEEDS && new Life(seed, flaw).run().isEmpty()) {
            seed++;
        }
        return seed;
    }

    /** A log and its crashes. */
    private static final class Life {
        private final RandomGenerator random;
        private final Consumer<SimulatedStorage> flaw;
        private SimulatedStorage storage;
        private List<Written> history = new ArrayList<>();
        private int promised;
        private long released;
        private long nextId;
        private int recovered;

        private record Written(long id, Address address) {}

        Life(long seed, Consumer<SimulatedStorage> flaw) {
            this.random = new SplittableRandom(seed);
            this.flaw = flaw;
            this.storage = new SimulatedStorage(seed);
        }

        /** What went wrong. */
        Optional<String> run() throws IOException {
            for (int crash = 0; crash < 4; crash++) {
                flaw.accept(storage);
                storage.powerOffAfter(1 + random.nextInt(120));
                try {
                    useUntilThePowerGoes();
                } catch (LogDamagedException e) {
                    return Optional.of("refused: " + e.getMessage());
                } catch (IOException e) {
                    storage = storage.crash();
                }
                String wrong = check();
                if (wrong != null) {
                    return Optional.of(wrong);
                }
            }
            return Optional.empty();
        }

        private void useUntilThePowerGoes() throws IOException {
            while (true) {
                SegmentedLog log = open(storage, rollAt(400));
                for (int step = random.nextInt(60); step > 0; step--) {
                    step(log);
                }
                if (random.nextBoolean()) {
                    log.close();
                    storage.list("");
                    promised = history.size();
                }
            }
        }

        private void step(SegmentedLog log) throws IOException {
            int kind = random.nextInt(10);
            if (kind < 6) {
                append(log, nextId++);
            } else if (kind < 9 && !history.isEmpty()) {
                int upTo = random.nextInt(history.size());
                log.force(history.get(upTo).address());
                promised = Math.max(promised, upTo + 1);
            } else if (promised > 0) {
                released = Math.max(
                        released,
                        history.get(random.nextInt(promised)).address().seq());
                log.release(released);
            }
        }

        private void append(SegmentedLog log, long id) throws IOException {
            try {
                history.add(new Written(id, log.append((byte) 1, payload(id))));
            } catch (IOException e) {
                history.add(new Written(id, new Address("perhaps", 0, 0, Long.MAX_VALUE)));
                throw e;
            }
        }

        private static ByteBuffer payload(long id) {
            ByteBuffer payload = ByteBuffer.allocate(8 + (int) (id * 7 % 61)).putLong(id);
            while (payload.hasRemaining()) {
                payload.put((byte) id);
            }
            return payload.flip();
        }

        private @Nullable String check() throws IOException {
            SegmentedLog log;
            try {
                log = open(storage, rollAt(400));
            } catch (LogDamagedException e) {
                return "refused: " + e.getMessage();
            }
            List<Written> found = new ArrayList<>();
            for (SegmentedLog.Entry entry : log.recovered()) {
                ByteBuffer payload = log.read(entry.address());
                long id = payload.getLong(0);
                if (!payload.equals(payload(id))) {
                    return "wrong bytes in " + entry;
                }
                found.add(new Written(id, entry.address()));
            }
            List<Long> before = history.stream().map(Written::id).toList();
            List<Long> after = found.stream().map(Written::id).toList();
            int start = after.isEmpty() ? before.size() : before.indexOf(after.get(0));
            int end = start + after.size();
            if (start < 0 || end > before.size() || !before.subList(start, end).equals(after)) {
                return after + " is no run of " + before;
            }
            for (int i = 0; i < promised; i++) {
                if (history.get(i).address().seq() >= released && (i < start || i >= end)) {
                    return "promised, and not there: " + history.get(i);
                }
            }
            if (promised > 0 && log.recoveredPreamble().isEmpty()) {
                return "no preamble";
            }
            recovered += found.size();
            history = found;
            promised = found.size();
            return null;
        }
    }
}
