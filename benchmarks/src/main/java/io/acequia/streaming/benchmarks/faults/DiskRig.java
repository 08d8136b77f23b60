/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static io.acequia.streaming.benchmarks.faults.NumberedLog.JOB;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.TRAILER;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.files;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.filled;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.open;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.payload;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.read;

import io.acequia.streaming.benchmarks.faults.NumberedLog.Found;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.log.LogDamagedException.Reason;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** F12, F13, F16, F17: a log that finds other bytes than it wrote; then the rigs of whole contexts on bad devices. */
final class DiskRig {
    private static final int RECORDS = 1200;
    private static final long ROLL = 10_000;

    private DiskRig() {}

    static void run(int n, Verdict verdict) throws Exception {
        verdict.add(tornWrites());
        verdict.progress("flipping a bit in every byte of a log");
        verdict.add(flippedBits(verdict.chance(13)));
        verdict.add(misplacedSegments());
        verdict.add(garbageBeforeGoodRecords(verdict.chance(17)));
        verdict.progress("the power goes under a whole context");
        verdict.add(PowerRig.figures("F11 power loss", PowerRig.Trial.PLAIN, Math.max(1, n / 10), verdict.seed()));
        DeviceRig.run(n, verdict);
    }

    /** F12: the last segment is cut at every byte, and perhaps filled up with zeros; the log then goes on. */
    private static Figures tornWrites() throws IOException {
        SimulatedStorage storage = filled(JOB, RECORDS, ROLL);
        List<String> names = files(storage);
        String last = names.get(names.size() - 1);
        byte[] bytes = storage.content(last);
        int before = recordsBefore(storage, last);
        int n = 0;
        int exact = 0;
        int lost = 0;
        int wrong = 0;
        for (int cut = 0; cut <= bytes.length; cut++) {
            int left = before;
            while (left < RECORDS && NumberedLog.endOf(before, left + 1 - before) <= cut) {
                left++;
            }
            for (int zeros : new int[] {0, 1, 4096}) {
                if (cut == bytes.length && zeros > 0) {
                    continue;
                }
                storage.put(last, Arrays.copyOf(Arrays.copyOf(bytes, cut), cut + zeros));
                Found found = read(storage);
                n++;
                exact += found.records() == left && !found.wrong() ? 1 : 0;
                lost += Math.max(0, left - found.records());
                wrong += found.wrong() || found.records() > left || !goesOn(storage, left, names.size()) ? 1 : 0;
            }
        }
        return new Figures("F12 torn writes")
                .count("n", n)
                .show("offsets", bytes.length + 1)
                .show("records", RECORDS)
                .within("segments", names.size(), NumberedLog.LEAST_SEGMENTS, Long.MAX_VALUE)
                .must("exact", exact, n)
                .must("lost", lost, 0)
                .must("wrong", wrong, 0);
    }

    private static int recordsBefore(SimulatedStorage whole, String last) throws IOException {
        byte[] bytes = whole.content(last);
        whole.delete(last);
        int before = read(whole).records();
        whole.put(last, bytes);
        return before;
    }

    /** Whether a new segment goes on behind what is left, and both are read; takes the segment away again. */
    private static boolean goesOn(SimulatedStorage storage, int left, int segments) throws IOException {
        SegmentedLog log = open(storage, JOB, ROLL);
        log.force(log.append((byte) 1, payload(left)));
        Found found = read(storage);
        List<String> names = files(storage);
        storage.delete(names.get(names.size() - 1));
        return found.records() == left + 1 && !found.wrong() && names.size() == segments + 1;
    }

    /** F13: one bit in every byte of a finished log. */
    private static Figures flippedBits(RandomGenerator random) throws IOException {
        SimulatedStorage storage = filled(JOB, RECORDS, ROLL);
        List<String> names = files(storage);
        int n = 0;
        int refused = 0;
        int wrong = 0;
        for (String name : names) {
            int length = storage.content(name).length;
            for (int offset = 0; offset < length; offset++) {
                int bit = random.nextInt(8);
                storage.flip(name, offset, bit);
                n++;
                if (refusal(storage) != null) {
                    refused++;
                } else if (read(storage).wrong()) {
                    wrong++;
                }
                storage.flip(name, offset, bit);
            }
        }
        return new Figures("F13 single bit flips")
                .count("n", n)
                .show("records", RECORDS)
                .within("segments", names.size(), NumberedLog.LEAST_SEGMENTS, Long.MAX_VALUE)
                .must("refused", refused, n)
                .must("wrong", wrong, 0);
    }

    static @Nullable Reason refusal(SimulatedStorage storage) throws IOException {
        try {
            read(storage);
            return null;
        } catch (LogDamagedException e) {
            return e.reason();
        }
    }

    /** A way to break a log whose segments have these names. */
    @FunctionalInterface
    private interface Misplacement {
        void in(SimulatedStorage storage, List<String> names) throws IOException;
    }

    private record Shape(String name, Reason expected, Misplacement misplacement) {}

    /** F16: each shape is refused, with its own reason, also when the log is opened for writing. */
    private static Figures misplacedSegments() throws IOException {
        SimulatedStorage other = filled(new UUID(0, 1), RECORDS, ROLL);
        List<Shape> shapes = List.of(
                new Shape("another job's", Reason.OTHER_JOB, (storage, names) -> {
                    String name = names.get(1);
                    storage.put(name, other.content(name));
                }),
                new Shape("swapped", Reason.MISNAMED, (storage, names) -> {
                    byte[] second = storage.content(names.get(1));
                    storage.put(names.get(1), storage.content(names.get(2)));
                    storage.put(names.get(2), second);
                }),
                new Shape(
                        "doubled in place of the next",
                        Reason.MISNAMED,
                        (storage, names) -> storage.put(names.get(2), storage.content(names.get(1)))),
                new Shape("two of one number", Reason.TWICE, (storage, names) -> {
                    String again = names.get(1).replace("-00000001.", "-00000002.");
                    storage.put(again, new byte[0]);
                }),
                new Shape("missing in the middle", Reason.MISSING, (storage, names) -> storage.delete(names.get(1))));
        int refused = 0;
        int rightReason = 0;
        for (Shape shape : shapes) {
            SimulatedStorage storage = filled(JOB, RECORDS, ROLL);
            shape.misplacement().in(storage, files(storage));
            Reason reason = refusal(storage);
            boolean opened = true;
            try {
                open(storage, JOB, ROLL).close();
            } catch (LogDamagedException e) {
                opened = e.reason() != reason;
            }
            refused += reason != null && !opened ? 1 : 0;
            rightReason += reason == shape.expected() ? 1 : 0;
        }
        return new Figures("F16 misplaced segments")
                .count("n", shapes.size())
                .must("refused", refused, shapes.size())
                .must("right_reason", rightReason, shapes.size());
    }

    /** F17: a hole of garbage at any record of the last segment, with good records behind it: refused, and left as it is. */
    private static Figures garbageBeforeGoodRecords(RandomGenerator random) throws IOException {
        SimulatedStorage storage = filled(JOB, RECORDS, ROLL);
        List<String> names = files(storage);
        String last = names.get(names.size() - 1);
        byte[] whole = storage.content(last);
        int before = recordsBefore(storage, last);
        int n = 0;
        int refused = 0;
        int changed = 0;
        for (int at = before; at < RECORDS - 1; at++) {
            int hole = NumberedLog.endOf(before, at - before);
            byte[] garbage = new byte[1 + random.nextInt(64)];
            random.nextBytes(garbage);
            byte[] bytes = new byte[whole.length - TRAILER + garbage.length];
            System.arraycopy(whole, 0, bytes, 0, hole);
            System.arraycopy(garbage, 0, bytes, hole, garbage.length);
            System.arraycopy(whole, hole, bytes, hole + garbage.length, whole.length - TRAILER - hole);
            storage.put(last, bytes);
            n++;
            refused += refusal(storage) == Reason.MIDDLE ? 1 : 0;
            changed += Arrays.equals(storage.content(last), bytes)
                            && files(storage).equals(names)
                    ? 0
                    : 1;
        }
        return new Figures("F17 garbage before good records")
                .count("n", n)
                .must("refused", refused, n)
                .must("changed", changed, 0);
    }
}
