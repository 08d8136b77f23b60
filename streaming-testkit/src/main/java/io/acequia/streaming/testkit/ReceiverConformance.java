/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What both kinds of receivers must do.
 *
 * @param <T> type of the records
 */
@Timeout(120)
abstract class ReceiverConformance<T> {
    static final Duration NOT_LONG = Duration.ofMillis(100);
    private static final int WARM_UP = 2;
    private static final int SLACK = 5;

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    /** Sets up a channel of its own for one test; the suite closes it. */
    protected abstract ExternalSystem<T> system() throws Exception;

    /** What the source can do beyond its duty: all, if not said otherwise. */
    protected Abilities abilities() {
        return Abilities.all();
    }

    /** Classes of the records that a data log does not know by itself. */
    protected Set<Class<?>> recordClasses() {
        return Set.of();
    }

    /** How long the suite waits for anything before it fails: 30 seconds, if not said otherwise. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /** How many connections are made and broken to see that none leaves anything behind: 100, if not said otherwise. */
    protected int restarts() {
        return 100;
    }

    @Test
    @DisplayName("R1, R2, R3 each attempt has an object of its own, called in order on one thread, and closed once")
    void eachAttemptHasAnObjectOfItsOwn() throws Exception {
        try (ExternalSystem<T> system = system()) {
            ReceiverHarness<T> harness = harness(system, Mode.PLAIN).start();
            try (harness) {
                harness.awaitConnections(1);
                for (int cuts = 0; cuts < 3; cuts++) {
                    harness.reconnect();
                }
            }
            List<String> calls = harness.seen().calls();
            for (int number = 1; number <= 4; number++) {
                assertThat(calls)
                        .as("calls of receiver " + number)
                        .containsOnlyOnce("new " + number, "connect " + number, "close " + number);
            }
        }
    }

    @Test
    @DisplayName("R3 close does not throw, whether the receiver was connected or not")
    void closeDoesNotThrow() throws Exception {
        try (ExternalSystem<T> system = system()) {
            LoneReceiver<T> fresh = lone(system);
            fresh.close();
            system.cut();
            LoneReceiver<T> refused = lone(system);
            try (refused) {
                refused.connect();
            } catch (Exception e) {
                assertThat(e).as("how a receiver cannot connect").hasMessageNotContaining("NullPointer");
            }
            system.heal();
            LoneReceiver<T> connected = lone(system);
            connected.connect();
            connected.close();
            connected.receiver().wakeUp();
        }
    }

    @Test
    @DisplayName("R5 a read that finds nothing ends soon when it is woken up")
    void aReadEndsWhenItIsWokenUp() throws Exception {
        try (ExternalSystem<T> system = system();
                LoneReceiver<T> receiver = lone(system)) {
            receiver.connect();
            Future<LoneReceiver.Read<T>> read = receiver.begin(100, NOT_LONG);
            long tries = Math.max(1, patience().toMillis() / 10);
            while (!isDone(read) && --tries > 0) {
                receiver.receiver().wakeUp();
            }
            assertThat(read).as("a read for 100 ms, woken up for " + patience()).isDone();
            assertThat(receiver.within("read", read).records()).isEmpty();
        }
    }

    private static boolean isDone(Future<?> call) throws Exception {
        try {
            call.get(10, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    @Test
    @DisplayName("R7 a read gives at most as many records as asked for, and none when asked for none")
    void aReadGivesNoMoreThanAskedFor() throws Exception {
        try (ExternalSystem<T> system = system();
                LoneReceiver<T> receiver = lone(system)) {
            receiver.connect();
            List<String> published = payloads("most", 20);
            system.publish(published);
            List<String> read = new ArrayList<>();
            for (int most = 1; new HashSet<>(read).size() < 20; most = most % 3 + 1) {
                assertThat(receiver.read(0, Duration.ZERO).records())
                        .as("records of a read for none")
                        .isEmpty();
                read.addAll(readAndAck(system, receiver, most));
            }
            assertReceived(published, read, true, true);
        }
    }

    /** Asks once for so many; what came is acknowledged. */
    List<String> readAndAck(ExternalSystem<T> system, LoneReceiver<T> receiver, int most) throws Exception {
        LoneReceiver.Read<T> read = receiver.read(most, NOT_LONG);
        assertThat(read.records()).as("records of a read for " + most).hasSizeLessThanOrEqualTo(most);
        receiver.ack(read);
        return texts(system, read.records());
    }

    @Test
    @DisplayName("R9 a list that a read gave is not changed afterwards")
    void aListThatAReadGaveIsNotChanged() throws Exception {
        try (ExternalSystem<T> system = system();
                LoneReceiver<T> receiver = lone(system)) {
            receiver.connect();
            system.publish(payloads("list", 20));
            List<List<T>> given = new ArrayList<>();
            List<List<String>> then = new ArrayList<>();
            for (int records = 0;
                    records < 20;
                    records += then.get(then.size() - 1).size()) {
                LoneReceiver.Read<T> read = receiver.read(7, NOT_LONG);
                receiver.ack(read);
                given.add(read.records());
                then.add(texts(system, read.records()));
            }
            assertThat(given.stream().map(records -> texts(system, records)).toList())
                    .as("lists that reads gave, later")
                    .isEqualTo(then);
        }
    }

    private static <T> List<String> texts(ExternalSystem<T> system, List<T> records) {
        return records.stream().map(system::payloadOf).toList();
    }

    @Test
    @DisplayName("R10, R11 what is published while the receiver is held back is read afterwards")
    void whatIsPublishedWhileHeldBackIsReadAfterwards() throws Exception {
        ExecutorService producer = Executors.newSingleThreadExecutor();
        try (ExternalSystem<T> system = system();
                ReceiverHarness<T> harness =
                        harness(system, Mode.PLAIN).buffer(new ByteSize(1)).start()) {
            harness.awaitConnections(1);
            harness.hold();
            List<String> published = payloads("held", 1_000);
            Future<?> publishing = producer.submit(() -> {
                system.publish(published);
                return true;
            });
            harness.await("the receiver is held back", () -> harness.seen().emptyCalls() > 0);
            harness.resume();
            harness.await("all is published", publishing::isDone);
            publishing.get();
            if (abilities().has(Ability.BACKPRESSURES_SENDER)) {
                assertReceived(published, harness.awaitReceived(1_000), true, true);
            } else {
                harness.publish(List.of("after"));
                harness.await("what comes afterwards", () -> harness.received().contains("after"));
            }
        } finally {
            producer.shutdownNow();
        }
    }

    @Test
    @DisplayName("R14 a source that ends, ends behind its last record, and one that never ends goes on")
    void aSourceEndsBehindItsLastRecord() throws Exception {
        try (ExternalSystem<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN).start()) {
            harness.awaitConnections(1);
            List<String> published = payloads("last", 10);
            harness.publish(published);
            if (system.end()) {
                harness.awaitEnd();
                assertThat(harness.connections()).isEqualTo(1);
            } else {
                harness.awaitReceived(10);
                harness.publish(List.of("more"));
                harness.awaitReceived(11);
                published = Stream.concat(published.stream(), Stream.of("more")).toList();
            }
            assertReceived(published, harness.received(), true, true);
        }
    }

    @Test
    @DisplayName("R38 a copy of the source reads the same")
    void aCopyOfTheSourceReadsTheSame() throws Exception {
        try (ExternalSystem<T> system = system();
                LoneReceiver<T> receiver = new LoneReceiver<>(copy(system.source()), patience())) {
            receiver.connect();
            system.publish(List.of("copied"));
            List<String> read = new ArrayList<>();
            while (read.isEmpty()) {
                read.addAll(readAndAck(system, receiver, 10));
            }
            assertThat(read).containsExactly("copied");
        }
    }

    @SuppressWarnings("unchecked") // a copy is of the same class
    private static <T> Source<T> copy(Source<T> source) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        } catch (IOException e) {
            throw new AssertionError("the source cannot be copied to where it runs: " + e, e);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Source<T>) in.readObject();
        }
    }

    @Test
    @DisplayName("R39 a closed receiver leaves nothing behind: no thread, no open file")
    void aClosedReceiverLeavesNothingBehind() throws Exception {
        try (ExternalSystem<T> system = system()) {
            // What libraries keep for good comes with the first connections.
            try (ReceiverHarness<T> first = connected(system, WARM_UP)) {
                first.stop();
            }
            Set<Thread> threads = threads();
            long files = openFiles();
            try (ReceiverHarness<T> harness = connected(system, restarts())) {
                // A connection may have more threads the longer it lives: none of them counts when it is closed.
                harness.stop();
                awaitNothingNew(harness, threads, files);
            }
        }
    }

    private ReceiverHarness<T> connected(ExternalSystem<T> system, int times) throws Exception {
        ReceiverHarness<T> harness = harness(system, Mode.PLAIN).start();
        harness.awaitConnections(1);
        for (int i = 1; i < times; i++) {
            harness.reconnect();
        }
        return harness;
    }

    private void awaitNothingNew(ReceiverHarness<T> harness, Set<Thread> threads, long files) throws Exception {
        try {
            harness.await(
                    "few new threads after " + restarts() + " connections",
                    () -> names(threads(), threads).size() <= SLACK);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; new threads: " + names(threads(), threads), e);
        }
        harness.await(
                "about the " + files + " open files of before after " + restarts() + " connections",
                () -> openFiles() <= files + SLACK);
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    private static List<String> names(Set<Thread> now, Set<Thread> before) {
        return now.stream()
                .filter(each -> !before.contains(each))
                .map(Thread::getName)
                .sorted()
                .toList();
    }

    /** As far as the system tells. */
    private static long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/dev/fd"))) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }

    @Test
    @DisplayName("R43 what a source cannot do is declared, with the reason")
    void whatASourceCannotDoIsDeclared() {
        System.out.println(getClass().getSimpleName() + ": " + abilities());
        assertThat(abilities().lacking().values())
                .allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    // ---- for both

    ReceiverHarness<T> harness(ExternalSystem<T> system, Mode mode) {
        return ReceiverHarness.of(system, mode).patience(patience());
    }

    ReceiverHarness<T> harness(ExternalSystem<T> system, Mode mode, boolean logged) throws IOException {
        ReceiverHarness<T> harness = harness(system, mode);
        return logged ? harness.withLog(Files.createTempDirectory(directory, "log"), recordClasses()) : harness;
    }

    LoneReceiver<T> lone(ExternalSystem<T> system) throws Exception {
        return new LoneReceiver<>(system.source(), patience());
    }

    /** So many texts that nobody else publishes. */
    static List<String> payloads(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    /** All is there; once, and in order, where that can be asked for. */
    void assertReceived(List<String> published, List<String> received, boolean once, boolean ordered) {
        assertThat(new HashSet<>(received)).as("what was received").isEqualTo(new HashSet<>(published));
        if (once) {
            assertThat(received).as("received once").doesNotHaveDuplicates();
        }
        if (ordered && abilities().has(Ability.PRESERVES_ORDER)) {
            assertThat(received.stream().distinct().toList())
                    .as("the order of what was received")
                    .isEqualTo(published);
        }
    }

    /** Reads a number that the system may take a while to show. */
    static boolean is(long expected, Callable<Long> number) {
        try {
            return number.call() == expected;
        } catch (Exception e) {
            throw new AssertionError("the system cannot say what is acknowledged: " + e, e);
        }
    }
}
