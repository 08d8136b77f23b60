/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.testkit.LogUnderTest.FOLDER;
import static io.acequia.streaming.testkit.LogUnderTest.JOB;
import static io.acequia.streaming.testkit.LogUnderTest.files;
import static io.acequia.streaming.testkit.LogUnderTest.filled;
import static io.acequia.streaming.testkit.LogUnderTest.open;
import static io.acequia.streaming.testkit.LogUnderTest.payload;
import static io.acequia.streaming.testkit.LogUnderTest.read;
import static io.acequia.streaming.testkit.LogUnderTest.rollAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.log.LogPoisonedException;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.storage.StorageFullException;
import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a log makes of a disk that lies, breaks or is full. The numbers are those of the fault catalogue. */
@Timeout(120)
class LogFaultsTest {
    private static final int HEADER = 52;
    private static final int RECORD = 25;
    private static final int PREAMBLE = 25;
    private static final int TRAILER = 21;

    private static List<Long> numbers(long from, long until) {
        return LongStream.range(from, until).boxed().toList();
    }

    private static String refusal(SimulatedStorage storage) {
        LogDamagedException refused = catchThrowableOfType(LogDamagedException.class, () -> open(storage, rollAt(1)));
        assertThat(refused).as("a refusal").isNotNull();
        return refused.getMessage().substring(0, 8);
    }

    @Test
    @DisplayName("F12 a segment that is cut at any byte gives the records before the cut, exactly")
    void aTornWriteLosesOnlyWhatIsBehindIt() throws IOException {
        byte[] whole =
                filled(1000, 1 << 20).content(files(filled(1000, 1 << 20)).get(0));
        String name = files(filled(1, 1 << 20)).get(0);
        assertThat(whole).hasSize(HEADER + PREAMBLE + 1000 * RECORD + TRAILER);
        SimulatedStorage storage = new SimulatedStorage(1);
        for (int cut = 0; cut < whole.length; cut++) {
            storage.put(name, Arrays.copyOf(whole, cut));
            assertThat(read(storage)).hasSize(Math.min(1000, Math.max(0, (cut - HEADER - PREAMBLE) / RECORD)));
        }
        storage.put(name, whole);
        assertThat(read(storage)).isEqualTo(numbers(0, 1000));
    }

    @Test
    @DisplayName("F12 what is cut may be filled up with zeros")
    void zerosBehindATornWriteAreNoDamage() throws IOException {
        String name = files(filled(20, 1 << 20)).get(0);
        byte[] whole = filled(20, 1 << 20).content(name);
        SimulatedStorage storage = new SimulatedStorage(1);
        for (int cut = 0; cut < whole.length; cut++) {
            for (int zeros : new int[] {1, 7, TRAILER, HEADER, 4096, whole.length - cut}) {
                storage.put(name, Arrays.copyOf(Arrays.copyOf(whole, cut), cut + zeros));
                List<Long> found = read(storage);
                assertThat(found).isEqualTo(numbers(0, found.size()));
                assertThat(found.size()).isBetween(Math.max(0, (cut - HEADER - PREAMBLE) / RECORD), 20);
            }
        }
    }

    @Test
    @DisplayName("F12 after a torn tail a new segment goes on, and the tail stays as it is")
    void nothingIsAppendedBehindATornTail() throws IOException {
        SimulatedStorage storage = filled(10, 1 << 20);
        String torn = files(storage).get(0);
        storage.truncate(torn, HEADER + PREAMBLE + 5 * RECORD + 3);
        byte[] before = storage.content(torn);
        for (int round = 1; round <= 3; round++) {
            SegmentedLog log = open(storage, rollAt(1 << 20));
            assertThat(log.usage().tornTails()).isEqualTo(round == 1 ? 1 : 0);
            log.force(log.append((byte) 1, payload(4 + round)));
            assertThat(storage.content(torn)).isEqualTo(before);
            assertThat(read(storage)).isEqualTo(numbers(0, 5 + round));
        }
    }

    @Test
    @DisplayName("F13 a flipped bit in any byte of a finished log is noticed, and the log refused")
    void aFlippedBitIsNeverOverlooked() throws IOException {
        SimulatedStorage storage = filled(1000, 8_000);
        assertThat(files(storage)).hasSizeGreaterThanOrEqualTo(3);
        assertThat(read(storage)).isEqualTo(numbers(0, 1000));
        RandomGenerator random = new SplittableRandom(13);
        int accepted = 0;
        for (String file : files(storage)) {
            for (int offset = 0; offset < storage.content(file).length; offset++) {
                int bit = random.nextInt(8);
                storage.flip(file, offset, bit);
                accepted += isRefused(storage) ? 0 : 1;
                storage.flip(file, offset, bit);
            }
        }
        assertThat(accepted).isZero();
        assertThat(read(storage)).isEqualTo(numbers(0, 1000));
    }

    @Test
    @DisplayName("F13 every bit of a small finished log")
    void everySingleBitCounts() throws IOException {
        SimulatedStorage storage = filled(12, 200);
        assertThat(files(storage)).hasSizeGreaterThanOrEqualTo(3);
        for (String file : files(storage)) {
            for (int i = 0; i < 8 * storage.content(file).length; i++) {
                storage.flip(file, i / 8, i % 8);
                assertThat(isRefused(storage)).as("%s bit %d", file, i).isTrue();
                storage.flip(file, i / 8, i % 8);
            }
        }
    }

    private static boolean isRefused(SimulatedStorage storage) throws IOException {
        try {
            read(storage);
            return false;
        } catch (LogDamagedException e) {
            return true;
        }
    }

    @Test
    @DisplayName("F16 a segment that is in the wrong place is refused with the right reason")
    void misdirectedSegmentsAreRefused() throws IOException {
        SimulatedStorage other = new SimulatedStorage(1);
        try (SegmentedLog log = SegmentedLog.open(
                other, FOLDER, new UUID(0, 1), rollAt(200), new ManualClock(Instant.EPOCH), () -> payload(0))) {
            log.append((byte) 1, payload(0));
        }
        SimulatedStorage ofAnotherJob = filled(30, 200);
        List<String> names = files(ofAnotherJob);
        assertThat(names).hasSizeGreaterThan(5);
        ofAnotherJob.put(names.get(0), other.content(names.get(0)));
        assertThat(refusal(ofAnotherJob)).isEqualTo("ACQ-0573");

        SimulatedStorage swapped = filled(30, 200);
        byte[] second = swapped.content(names.get(1));
        swapped.put(names.get(1), swapped.content(names.get(2)));
        swapped.put(names.get(2), second);
        assertThat(refusal(swapped)).isEqualTo("ACQ-0574");

        SimulatedStorage repeated = filled(30, 200);
        repeated.put(names.get(3), repeated.content(names.get(2)));
        assertThat(refusal(repeated)).isEqualTo("ACQ-0574");

        SimulatedStorage twice = filled(30, 200);
        twice.truncate(names.get(1), 0);
        twice.put(names.get(1).replace("-00000001.", "-00000002."), twice.content(names.get(0)));
        assertThat(refusal(twice)).isEqualTo("ACQ-0571");
        twice.put(names.get(1).replace("-00000001.", "-00000002."), new byte[0]);
        assertThat(refusal(twice)).isEqualTo("ACQ-0575");

        SimulatedStorage holed = filled(30, 200);
        assertThat(holed.delete(names.get(2))).isTrue();
        assertThat(refusal(holed)).isEqualTo("ACQ-0576");

        SimulatedStorage released = filled(30, 200);
        assertThat(released.delete(names.get(0))).isTrue();
        assertThat(read(released)).isNotEmpty().last().isEqualTo(29L);
    }

    @Test
    @DisplayName("F17 garbage with a good record behind it is refused, and nothing is cut")
    void aGoodRecordBehindGarbageIsNotThrownAway() throws IOException {
        SimulatedStorage storage = filled(10, 1 << 20);
        String file = files(storage).get(0);
        byte[] whole = storage.content(file);
        int fifth = HEADER + PREAMBLE + 5 * RECORD;
        int end = whole.length - TRAILER;
        ByteBuffer garbage = ByteBuffer.allocate(end + 33);
        garbage.put(whole, 0, fifth).position(fifth + 33);
        garbage.put(whole, fifth, end - fifth);
        storage.put(file, garbage.array());
        assertThat(refusal(storage)).isEqualTo("ACQ-0580");
        assertThat(storage.content(file)).isEqualTo(garbage.array());
        assertThatThrownBy(() -> open(storage, rollAt(1)))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageStartingWith("ACQ-0580 " + file + " at byte " + fifth);
    }

    @Test
    void eachKindOfDamageHasItsReason() throws IOException {
        SimulatedStorage pristine = filled(30, 200);
        List<String> names = files(pristine);
        String first = names.get(0);
        String last = names.get(names.size() - 1);
        int length = pristine.content(first).length;

        assertThat(refusalOf(storage -> storage.flip(first, 9, 0))).startsWith("ACQ-0571 ");
        assertThat(refusalOf(storage -> storage.put(first, newerFormat(storage.content(first)))))
                .startsWith("ACQ-0572 ");
        assertThat(refusalOf(storage -> storage.flip(first, HEADER + 20, 0))).startsWith("ACQ-0578 ");
        assertThat(refusalOf(storage -> storage.truncate(first, length - TRAILER)))
                .startsWith("ACQ-0579 ");
        assertThat(refusalOf(storage -> storage.flip(first, length - 2, 3))).startsWith("ACQ-0581 ");
        assertThat(refusalOf(storage -> storage.flip(last, storage.content(last).length - 2, 3)))
                .startsWith("ACQ-0581 ");
        assertThat(refusalOf(storage -> storage.put(first, Arrays.copyOf(storage.content(first), length + 1))))
                .startsWith("ACQ-0582 ");
        assertThatThrownBy(() ->
                        LogReader.scan(pristine, FOLDER, Optional.of(new UUID(0, 1)), (type, address, payload) -> {}))
                .hasMessageStartingWith("ACQ-0573 ");
        assertThatThrownBy(() -> SegmentedLog.open(
                        pristine,
                        FOLDER,
                        JOB,
                        new LogSettings(new ByteSize(7), new ByteSize(7), Duration.ZERO),
                        new ManualClock(Instant.EPOCH),
                        () -> ByteBuffer.allocate(0)))
                .hasMessageStartingWith("ACQ-0583 ");
    }

    @FunctionalInterface
    private interface Damage {
        void to(SimulatedStorage storage) throws IOException;
    }

    private static String refusalOf(Damage damage) throws IOException {
        SimulatedStorage storage = filled(30, 200);
        damage.to(storage);
        LogDamagedException refused = catchThrowableOfType(LogDamagedException.class, () -> open(storage, rollAt(1)));
        assertThat(refused).as("a refusal").isNotNull().hasMessageContaining("move the folder aside");
        return refused.getMessage();
    }

    private static byte[] newerFormat(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment.clone());
        bytes.putShort(4, (short) 2);
        CRC32C sum = new CRC32C();
        sum.update(new byte[] {0, 0, 0, 1});
        sum.update(bytes.duplicate().limit(HEADER - 4));
        return bytes.putInt(HEADER - 4, (int) sum.getValue() | 3).array();
    }

    @Test
    void aSegmentThatEndsEarlyBeforeANewOneIsAGap() throws IOException {
        SimulatedStorage storage = filled(10, 1 << 20);
        String torn = files(storage).get(0);
        storage.truncate(torn, HEADER + PREAMBLE + 5 * RECORD + 3);
        SegmentedLog log = open(storage, rollAt(1 << 20));
        log.force(log.append((byte) 1, payload(5)));
        storage.truncate(torn, HEADER + PREAMBLE + 4 * RECORD);
        assertThatThrownBy(() -> open(storage, rollAt(1))).hasMessageStartingWith("ACQ-0577 ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"WRITE", "FORCE", "FORCE_FOLDER", "CREATE"})
    @DisplayName("F18 after a device has failed nothing is promised any more")
    void aDeviceThatFailsPoisonsTheLog(Operation operation) throws IOException {
        for (int seed = 0; seed < 250; seed++) {
            SimulatedStorage storage = new SimulatedStorage(seed);
            SegmentedLog log = open(storage, rollAt(200));
            storage.fail(operation, 1 + seed % 20);
            List<Long> promised = new ArrayList<>();
            List<Address> all = new ArrayList<>();
            assertThatThrownBy(() -> {
                        for (long i = 0; ; i++) {
                            all.add(log.append((byte) 1, payload(i)));
                            log.force(all.get(all.size() - 1));
                            promised.add(i);
                        }
                    })
                    .isInstanceOf(LogPoisonedException.class)
                    .hasMessageStartingWith("ACQ-0585 ")
                    .hasStackTraceContaining("ACQ-2043 ");
            for (int again = 0; again < 3; again++) {
                assertThatThrownBy(() -> log.append((byte) 1, payload(0))).isInstanceOf(LogPoisonedException.class);
                assertThatThrownBy(() -> log.release(1)).isInstanceOf(LogPoisonedException.class);
                for (Address address : all) {
                    assertThatThrownBy(() -> log.force(address)).isInstanceOf(LogPoisonedException.class);
                }
            }
            log.close();
            assertThat(read(storage.crash()).subList(0, promised.size())).isEqualTo(promised);
        }
    }

    @Test
    @DisplayName("F18 those that wait behind a force that fails are told so")
    void waitersOfAFailedForceAreNotTold() throws Exception {
        SimulatedStorage storage = new SimulatedStorage(1);
        SegmentedLog log = open(storage, rollAt(1 << 20));
        List<Address> addresses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            addresses.add(log.append((byte) 1, payload(i)));
        }
        CountDownLatch forcing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        storage.duringForce(() -> {
            forcing.countDown();
            await(go);
        });
        storage.fail(Operation.FORCE, 1);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> waiting = new ArrayList<>();
            for (Address address : addresses) {
                waiting.add(threads.submit(() -> {
                    log.force(address);
                    return null;
                }));
            }
            await(forcing);
            assertThat(log.usage().appends()).isEqualTo(8);
            go.countDown();
            for (Future<?> each : waiting) {
                assertThatThrownBy(each::get).hasCauseInstanceOf(LogPoisonedException.class);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"WRITE", "FORCE", "FORCE_FOLDER", "CREATE"})
    @DisplayName(
            "F19 a full device at any point loses nothing that was promised, and the log goes on when space returns")
    void aFullDeviceIsSurvived(Operation operation) throws IOException {
        for (int seed = 0; seed < 250; seed++) {
            SimulatedStorage storage = new SimulatedStorage(seed);
            RandomGenerator random = new SplittableRandom(seed);
            SegmentedLog log = open(storage, rollAt(200));
            storage.fill(operation, 1 + random.nextInt(operation == Operation.WRITE ? 30 : 8));
            long promised = 0;
            List<Address> pending = new ArrayList<>();
            int fulls = 0;
            while (promised < 60) {
                try {
                    if (pending.isEmpty() || random.nextInt(3) > 0) {
                        pending.add(log.append((byte) 1, payload(promised + pending.size())));
                    } else {
                        log.force(pending.get(pending.size() - 1));
                        promised += pending.size();
                        pending.clear();
                    }
                } catch (StorageFullException e) {
                    promised += durable(log, pending);
                    pending.clear();
                    fulls++;
                    if (random.nextInt(3) == 0) {
                        storage.spaceReturns();
                    }
                }
            }
            assertThat(fulls).isPositive();
            if (random.nextBoolean()) {
                log.close();
            }
            SimulatedStorage after = storage.crash();
            List<Long> found = read(after);
            assertThat(found).hasSizeGreaterThanOrEqualTo((int) promised).isEqualTo(numbers(0, found.size()));
            SegmentedLog again = open(after, rollAt(200));
            again.force(again.append((byte) 1, payload(found.size())));
            assertThat(read(after)).isEqualTo(numbers(0, found.size() + 1));
        }
    }

    /** How many of the records that were appended before the device was full are safe: the others are appended again. */
    private static int durable(SegmentedLog log, List<Address> appended) throws IOException {
        int durable = 0;
        for (Address address : appended) {
            try {
                log.force(address);
                durable++;
                assertThat(appended.indexOf(address)).isEqualTo(durable - 1);
            } catch (StorageFullException e) {
                assertThat(e).hasMessageStartingWith("ACQ-0589 ");
            }
        }
        return durable;
    }

    @Test
    @DisplayName("F19 a device with no space for long does not fill up with empty segments")
    void waitingForSpaceLeavesNoFiles() throws IOException {
        SimulatedStorage storage = new SimulatedStorage(1);
        SegmentedLog log = open(storage, rollAt(1 << 20));
        log.force(log.append((byte) 1, payload(0)));
        storage.limit(storage.content(files(storage).get(0)).length + 10);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> log.append((byte) 1, payload(1))).isInstanceOf(StorageFullException.class);
        }
        assertThat(files(storage)).hasSize(1);
        storage.limit(1 << 20);
        log.force(log.append((byte) 1, payload(1)));
        assertThat(read(storage)).isEqualTo(numbers(0, 2));
    }

    @Test
    @DisplayName("F20 threads that wait for a slow device are served by one force")
    void forcesAreShared() throws Exception {
        SimulatedStorage storage = new SimulatedStorage(1);
        SegmentedLog log = open(storage, rollAt(1 << 20));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        storage.duringForce(Thread::yield);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        log.force(log.append((byte) 1, payload(thread * 500L + i)));
                    }
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
        SegmentedLog.Usage usage = log.usage();
        assertThat(usage.appends()).isEqualTo(4000);
        assertThat(usage.forces()).isBetween(1L, 3000L);
        assertThat(read(storage.crash())).containsExactlyInAnyOrderElementsOf(numbers(0, 4000));
    }

    @Test
    @DisplayName("F44 lengths and bytes of an enemy: refused or a right beginning, and never much memory or time")
    void hostileBytesAreRefusedOrARightPrefix() throws IOException {
        SimulatedStorage storage = filled(60, 600);
        List<String> names = files(storage);
        List<byte[]> pristine = names.stream().map(storage::content).toList();
        RandomGenerator random = new SplittableRandom(44);
        int refused = 0;
        for (int mutant = 0; mutant < 20_000; mutant++) {
            int which = random.nextInt(names.size());
            byte[] bytes = mutate(pristine.get(which).clone(), random);
            storage.put(names.get(which), bytes);
            try {
                List<Long> found = read(storage);
                assertThat(found).isEqualTo(numbers(0, found.size()));
            } catch (LogDamagedException e) {
                refused++;
            }
            storage.put(names.get(which), pristine.get(which));
        }
        assertThat(refused).isBetween(10_000, 20_000);
    }

    private static byte[] mutate(byte[] bytes, RandomGenerator random) {
        ByteBuffer view = ByteBuffer.wrap(bytes);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(bytes.length - 8);
            int head = HEADER + RECORD * (at / RECORD);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> view.putInt(at, random.nextBoolean() ? Integer.MAX_VALUE : -1);
                case 2 -> view.putInt(Math.min(head, bytes.length - 4), random.nextInt());
                case 3 -> view.putLong(at, random.nextLong());
                case 4 -> System.arraycopy(bytes, random.nextInt(bytes.length - 8), bytes, at, 8);
                default -> bytes = Arrays.copyOf(bytes, Math.max(9, at + random.nextInt(64)));
            }
            view = ByteBuffer.wrap(bytes);
        }
        return bytes;
    }
}
