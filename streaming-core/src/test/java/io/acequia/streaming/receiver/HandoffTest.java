/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.receiver.Handoff.Settled;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandoffTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final Handoff<String> handoff = new Handoff<>(4);
    /** What sources were told, in order. */
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aHandoffHoldsAtLeastOneRecord() {
        assertThatThrownBy(() -> new Handoff<>(0)).hasMessageStartingWith("ACQ-0651 capacity of a handoff = 0");
    }

    @Test
    @DisplayName("R31 puts are gathered in their order and settled in it")
    void putsAreGatheredInTheirOrderAndSettledInIt() throws Exception {
        handoff.put(List.of("a"), telling("1"));
        handoff.put(List.of("b", "c"), telling("2"));

        Delivery<String> both = handoff.poll(10, LONG);
        assertThat(both.records()).containsExactly("a", "b", "c");
        assertThat(told).isEmpty();
        both.settlement().ack();
        assertThat(told).containsExactly("ack 1", "ack 2");
    }

    @Test
    @DisplayName("R31 a put that does not fit whole is left for the next poll")
    void aPutThatDoesNotFitWholeIsLeftForTheNextPoll() throws Exception {
        handoff.put(List.of("a", "b"), telling("1"));
        handoff.put(List.of("c", "d"), telling("2"));

        Delivery<String> first = handoff.poll(3, LONG);
        assertThat(first.records()).containsExactly("a", "b");
        Delivery<String> second = handoff.poll(3, LONG);
        assertThat(second.records()).containsExactly("c", "d");
        second.settlement().ack();
        first.settlement().nack(new IllegalStateException("bad"));
        assertThat(told).containsExactly("ack 2", "nack 1 bad");
    }

    @Test
    @DisplayName("R31 a put longer than asked for is cut, and acknowledged when all its parts are")
    void aPutLongerThanAskedForIsCutAndAcknowledgedWhenAllItsPartsAre() throws Exception {
        handoff.put(List.of("a", "b", "c", "d", "e"), telling("1"));

        List<Delivery<String>> parts = List.of(handoff.poll(2, LONG), handoff.poll(2, LONG), handoff.poll(2, LONG));
        assertThat(parts)
                .extracting(Delivery::records)
                .containsExactly(List.of("a", "b"), List.of("c", "d"), List.of("e"));
        parts.get(2).settlement().ack();
        parts.get(0).settlement().ack();
        assertThat(told).isEmpty();
        parts.get(1).settlement().ack();
        assertThat(told).containsExactly("ack 1");
    }

    @Test
    @DisplayName("R31 acknowledging all parts that were given does not acknowledge those that were not")
    void acknowledgingAllPartsThatWereGivenDoesNotAcknowledgeThoseThatWereNot() throws Exception {
        handoff.put(List.of("a", "b"), telling("1"));

        handoff.poll(1, LONG).settlement().ack();
        assertThat(told).isEmpty();
        handoff.poll(1, LONG).settlement().ack();
        assertThat(told).containsExactly("ack 1");
    }

    @Test
    @DisplayName("R31 a put of which a part is given back is given back as a whole, once")
    void aPutOfWhichAPartIsGivenBackIsGivenBackAsAWholeOnce() throws Exception {
        handoff.put(List.of("a", "b", "c"), telling("1"));
        Delivery<String> first = handoff.poll(1, LONG);
        Delivery<String> second = handoff.poll(1, LONG);

        second.settlement().nack(new IllegalStateException("bad"));
        first.settlement().nack(new IllegalStateException("worse"));
        assertThat(told).containsExactly("nack 1 bad");
        assertThat(handoff.poll(1, SHORT)).as("its rest, which comes again").isSameAs(Delivery.nothing());
        assertThat(handoff.offer(List.of("1", "2", "3", "4"), telling("2"))).isTrue();
        assertThat(handoff.offer(List.of("5"), telling("3")))
                .as("room is counted once")
                .isFalse();
    }

    @Test
    @DisplayName("R31 a settlement that fails keeps none of the others from being told")
    void aSettlementThatFailsKeepsNoneOfTheOthersFromBeingTold() throws Exception {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException third = new IllegalStateException("third");
        handoff.put(List.of("a"), () -> {
            throw first;
        });
        handoff.put(List.of("b"), telling("2"));
        handoff.put(List.of("c"), () -> {
            throw third;
        });

        Delivery<String> all = handoff.poll(10, LONG);
        assertThatThrownBy(() -> all.settlement().ack()).isSameAs(first).hasSuppressedException(third);
        assertThat(told).containsExactly("ack 2");
    }

    @Test
    @DisplayName("R9 a long list is given as it is")
    void aLongListIsGivenAsItIs() throws Exception {
        List<String> records = Collections.nCopies(100, "x");
        handoff.put(List.of("a"), telling("1"));
        handoff.put(records, telling("2"));

        assertThat(handoff.poll(1000, LONG).records()).containsExactly("a");
        assertThat(handoff.poll(1000, LONG).records()).isSameAs(records);
    }

    @Test
    @DisplayName("R30 a put blocks while the handoff is full, until records are polled")
    void aPutBlocksWhileTheHandoffIsFullUntilRecordsArePolled() throws Exception {
        handoff.put(List.of("a", "b", "c", "d"), telling("1"));
        assertThat(handoff.offer(List.of("x"), telling("x"))).isFalse();
        Client<String> client = new Client<>(() -> {
            handoff.put(List.of("e"), telling("2"));
            return "put";
        });
        client.awaitWaiting();

        assertThat(handoff.poll(1, LONG).records()).containsExactly("a");
        assertThat(client.result()).isEqualTo("put");
        assertThat(handoff.offer(List.of("x"), telling("x"))).isFalse();
        assertThat(handoff.poll(3, LONG).records()).containsExactly("b", "c", "d");
        assertThat(handoff.poll(3, LONG).records()).containsExactly("e");
    }

    @Test
    @DisplayName("R30 a list longer than the capacity gets through")
    void aListLongerThanTheCapacityGetsThrough() throws Exception {
        handoff.put(List.of("a", "b", "c"), telling("1"));
        List<String> longer = Collections.nCopies(10, "x");
        assertThat(handoff.offer(longer, telling("2"))).isTrue();
        assertThat(handoff.offer(List.of("y"), telling("3"))).isFalse();

        assertThat(handoff.poll(100, LONG).records()).hasSize(13);
        assertThat(handoff.offer(List.of("y"), telling("3"))).isTrue();
    }

    @Test
    @DisplayName("R30 an empty list is settled like any other and takes the room of one record")
    void anEmptyListIsSettledLikeAnyOtherAndTakesTheRoomOfOneRecord() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(handoff.offer(List.of(), telling("" + i))).isTrue();
        }
        assertThat(handoff.offer(List.of(), telling("4"))).isFalse();

        Delivery<String> empty = handoff.poll(1, LONG);
        assertThat(empty.records()).isEmpty();
        empty.settlement().ack();
        assertThat(told).containsExactly("ack 0", "ack 1", "ack 2", "ack 3");
        assertThat(handoff.offer(List.of(), telling("4"))).isTrue();
    }

    @Test
    void aPollWaitsForThePutThatComes() throws Exception {
        Client<Delivery<String>> reader = new Client<>(() -> handoff.poll(10, ChronoUnit.FOREVER.getDuration()));
        reader.awaitWaiting();
        handoff.put(List.of("a"), telling("1"));
        assertThat(reader.result().records()).containsExactly("a");
    }

    @Test
    @DisplayName("R8 a poll of an empty handoff ends when its time is over")
    void aPollOfAnEmptyHandoffEndsWhenItsTimeIsOver() throws Exception {
        assertThat(handoff.poll(10, SHORT)).isSameAs(Delivery.nothing());
        assertThat(handoff.poll(10, Duration.ZERO)).isSameAs(Delivery.nothing());
    }

    @Test
    @DisplayName("R7 a poll of no records neither gives nor waits")
    void aPollOfNoRecordsNeitherGivesNorWaits() throws Exception {
        assertThat(handoff.poll(0, LONG)).isSameAs(Delivery.nothing());
        handoff.put(List.of("a"), telling("1"));
        assertThat(handoff.poll(0, LONG)).isSameAs(Delivery.nothing());
        assertThat(handoff.poll(1, LONG).records()).containsExactly("a");
    }

    @Test
    void negativeNumbersAndTimesAreRefused() {
        assertThatThrownBy(() -> handoff.poll(-1, LONG)).hasMessageStartingWith("ACQ-0652 poll of -1 records");
        assertThatThrownBy(() -> handoff.poll(1, SHORT.negated())).hasMessageStartingWith("ACQ-0656 wait of PT-0.001S");
        assertThatThrownBy(() -> handoff.putAndAwait(List.of("a"), SHORT.negated()))
                .hasMessageStartingWith("ACQ-0656");
    }

    @Test
    @DisplayName("R5 wakeUp ends a poll that waits, or else the next one")
    void wakeUpEndsAPollThatWaitsOrElseTheNextOne() throws Exception {
        Client<Delivery<String>> reader = new Client<>(() -> handoff.poll(10, LONG));
        reader.awaitWaiting();
        handoff.wakeUp();
        assertThat(reader.result()).isSameAs(Delivery.nothing());

        handoff.wakeUp();
        assertThat(handoff.poll(10, LONG)).isSameAs(Delivery.nothing());
        handoff.wakeUp();
        handoff.put(List.of("a"), telling("1"));
        assertThat(handoff.poll(10, LONG).records()).containsExactly("a");
    }

    @Test
    void anInterruptEndsPollsAndPutsAndLosesNothing() throws Exception {
        Client<Delivery<String>> reader = new Client<>(() -> handoff.poll(10, LONG));
        reader.awaitWaiting();
        reader.thread.interrupt();
        assertThatThrownBy(reader::result).hasCauseInstanceOf(InterruptedException.class);

        handoff.put(List.of("a", "b", "c", "d"), telling("1"));
        Client<String> client = new Client<>(() -> {
            handoff.put(List.of("not taken"), telling("2"));
            return "put";
        });
        client.awaitWaiting();
        client.thread.interrupt();
        assertThatThrownBy(client::result).hasCauseInstanceOf(InterruptedException.class);
        assertThat(handoff.poll(10, LONG).records()).containsExactly("a", "b", "c", "d");
        assertThat(handoff.poll(10, SHORT)).isSameAs(Delivery.nothing());
    }

    @Test
    @DisplayName("R32 a caller that waits is told what became of its records")
    void aCallerThatWaitsIsToldWhatBecameOfItsRecords() throws Exception {
        Client<Settled> good = new Client<>(() -> handoff.putAndAwait(List.of("a"), LONG));
        Delivery<String> first = handoff.poll(10, LONG);
        good.awaitWaiting();
        first.settlement().ack();
        assertThat(good.result()).isEqualTo(Settled.ACKED);

        Client<Settled> bad = new Client<>(() -> handoff.putAndAwait(List.of("b"), LONG));
        handoff.poll(10, LONG).settlement().nack(new IllegalStateException("bad"));
        assertThat(bad.result()).isEqualTo(Settled.NACKED);
    }

    @Test
    @DisplayName("R32 an acknowledgement after the time-out has no effect")
    void anAcknowledgementAfterTheTimeOutHasNoEffect() throws Exception {
        Delivery<String> part = Delivery.nothing();
        for (long millis = 20; part == Delivery.<String>nothing(); millis *= 2) {
            Duration atMost = Duration.ofMillis(millis);
            Client<Settled> client = new Client<>(() -> handoff.putAndAwait(List.of("a", "b"), atMost));
            part = handoff.poll(1, atMost);
            assertThat(client.result()).isEqualTo(Settled.TIMED_OUT);
        }

        assertThat(handoff.poll(1, SHORT)).as("the rest, which comes again").isSameAs(Delivery.nothing());
        part.settlement().ack();
    }

    @Test
    @DisplayName("R32 what timed out before it was polled is not given any more")
    void whatTimedOutBeforeItWasPolledIsNotGivenAnyMore() throws Exception {
        assertThat(handoff.putAndAwait(List.of("a", "b", "c"), SHORT)).isEqualTo(Settled.TIMED_OUT);
        assertThat(handoff.putAndAwait(List.of(), Duration.ZERO)).isEqualTo(Settled.TIMED_OUT);
        handoff.put(List.of("d", "e", "f", "g"), telling("1"));
        assertThat(handoff.putAndAwait(List.of("no room"), SHORT)).isEqualTo(Settled.TIMED_OUT);
        assertThat(handoff.poll(10, LONG).records()).containsExactly("d", "e", "f", "g");
    }

    @Test
    @DisplayName("R33 close gives back what was not polled, whatever fails")
    void closeGivesBackWhatWasNotPolledWhateverFails() throws Exception {
        handoff.put(List.of("a", "b"), telling("1"));
        handoff.put(List.of("c"), new Settlement() {
            @Override
            public void ack() {}

            @Override
            public void nack(Throwable cause) throws Exception {
                throw new IllegalAccessException("gone");
            }
        });
        handoff.put(List.of("d"), telling("3"));
        Delivery<String> part = handoff.poll(1, LONG);

        handoff.close();
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith("nack 1 ACQ-0653");
        assertThat(told.get(1)).startsWith("nack 3 ACQ-0653");
        part.settlement().ack();
        handoff.close();
        assertThat(told).hasSize(2);
    }

    @Test
    @DisplayName("R33 what is settled after close is not told")
    void whatIsSettledAfterCloseIsNotTold() throws Exception {
        handoff.put(List.of("a"), telling("1"));
        handoff.put(List.of("b"), telling("2"));
        Delivery<String> first = handoff.poll(1, LONG);
        Delivery<String> second = handoff.poll(1, LONG);
        handoff.close();

        first.settlement().ack();
        second.settlement().nack(new IllegalStateException("late"));
        assertThat(told).isEmpty();
    }

    @Test
    @DisplayName("R33 close lets go who waits for room, and refuses who comes later")
    void closeLetsGoWhoWaitsForRoomAndRefusesWhoComesLater() throws Exception {
        handoff.put(List.of("a", "b", "c", "d"), telling("1"));
        Client<String> putting = new Client<>(() -> {
            handoff.put(List.of("e"), telling("2"));
            return "put";
        });
        Client<Settled> awaiting = new Client<>(() -> handoff.putAndAwait(List.of("f"), LONG));
        putting.awaitWaiting();
        awaiting.awaitWaiting();
        handoff.close();

        assertThatThrownBy(putting::result).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(awaiting.result()).isEqualTo(Settled.NACKED);
        assertThat(told).hasSize(1);
        assertThatThrownBy(() -> handoff.put(List.of("g"), telling("3"))).hasMessageStartingWith("ACQ-0654");
        assertThatThrownBy(() -> handoff.offer(List.of("g"), telling("3"))).hasMessageStartingWith("ACQ-0654");
        assertThatThrownBy(() -> handoff.poll(1, LONG)).hasMessageStartingWith("ACQ-0654");
    }

    @Test
    @DisplayName("R32 close tells callers whose records were read or not that these are not safe")
    void closeTellsCallersThatTheirRecordsAreNotSafe() throws Exception {
        Client<Settled> read = new Client<>(() -> handoff.putAndAwait(List.of("a"), LONG));
        assertThat(handoff.poll(10, LONG).records()).containsExactly("a");
        Client<Settled> unread = new Client<>(() -> handoff.putAndAwait(List.of("b"), LONG));
        unread.awaitWaiting();
        handoff.close();

        assertThat(read.result()).isEqualTo(Settled.NACKED);
        assertThat(unread.result()).isEqualTo(Settled.NACKED);
        Client<Settled> late = new Client<>(() -> handoff.putAndAwait(List.of("c"), LONG));
        assertThat(late.result()).isEqualTo(Settled.NACKED);
    }

    @Test
    void closeEndsAPollThatWaits() throws Exception {
        Client<Delivery<String>> reader = new Client<>(() -> handoff.poll(10, LONG));
        reader.awaitWaiting();
        handoff.close();
        assertThatThrownBy(reader::result).hasMessageContaining("ACQ-0654");
    }

    @Test
    void whatIsSealedTakesNothingMoreAndGivesWhatItHoldsWithoutWaiting() throws Exception {
        handoff.put(List.of("a"), telling("1"));
        handoff.seal();

        assertThatThrownBy(() -> handoff.offer(List.of("b"), telling("2"))).hasMessageStartingWith("ACQ-0654");
        Delivery<String> last = handoff.poll(10, LONG);
        assertThat(last.records()).containsExactly("a");
        assertThat(handoff.poll(10, LONG)).isSameAs(Delivery.nothing());
        last.settlement().ack();
        assertThat(told).containsExactly("ack 1");
    }

    @Test
    void thePutThatWouldWaitForItsOwnThreadIsRefused() throws Exception {
        assertThat(handoff.poll(1, SHORT)).isSameAs(Delivery.nothing());
        handoff.put(List.of("a", "b", "c", "d"), telling("1"));

        assertThatThrownBy(() -> handoff.put(List.of("e"), telling("2")))
                .hasMessageStartingWith("ACQ-0655 a put on the receiver's own thread");
        assertThat(handoff.offer(List.of("e"), telling("2"))).isFalse();
        handoff.poll(10, LONG);
        assertThatThrownBy(() -> handoff.putAndAwait(List.of("e"), LONG)).hasMessageStartingWith("ACQ-0655");
    }

    @Test
    @DisplayName("R31 whatever the sizes, nothing is lost or doubled, and each put is settled once")
    void whateverTheSizesNothingIsLostOrDoubledAndEachPutIsSettledOnce() throws Exception {
        int clients = 4;
        int puts = 2000;
        AtomicInteger waited = new AtomicInteger();
        ConcurrentLinkedQueue<String> settled = new ConcurrentLinkedQueue<>();
        Handoff<Sent> busy = new Handoff<>(50);
        List<Client<Integer>> all = IntStream.range(0, clients)
                .mapToObj(client -> new Client<>(() -> {
                    Random random = new Random(client);
                    int sent = 0;
                    for (int i = 0; i < puts; i++) {
                        List<Sent> records = new ArrayList<>();
                        for (int n = random.nextInt(8) == 0 ? 100 : random.nextInt(5); n > 0; n--) {
                            records.add(new Sent(client, sent++));
                        }
                        if (random.nextInt(10) == 0) {
                            assertThat(busy.putAndAwait(records, LONG)).isEqualTo(Settled.ACKED);
                            waited.incrementAndGet();
                        } else {
                            String name = client + " " + i;
                            busy.put(records, () -> settled.add(name));
                        }
                    }
                    return sent;
                }))
                .toList();
        int[] next = new int[clients];
        Random random = new Random(99);
        while (settled.size() + waited.get() < clients * puts) {
            int most = 1 + random.nextInt(120);
            Delivery<Sent> delivery = busy.poll(most, Duration.ofMillis(5));
            assertThat(delivery.records()).hasSizeLessThanOrEqualTo(most);
            for (Sent each : delivery.records()) {
                assertThat(each.number()).isEqualTo(next[each.client()]++);
            }
            delivery.settlement().ack();
        }
        for (int client = 0; client < clients; client++) {
            assertThat(next[client]).isEqualTo(all.get(client).result());
        }
        assertThat(settled).doesNotHaveDuplicates();
    }

    private Settlement telling(String name) {
        return new Settlement() {
            @Override
            public void ack() {
                told.add("ack " + name);
            }

            @Override
            public void nack(Throwable cause) {
                told.add("nack " + name + " " + cause.getMessage());
            }
        };
    }

    private record Sent(int client, int number) {}

    /** A thread of a client. */
    private static final class Client<V> {
        private final FutureTask<V> task;
        final Thread thread;

        Client(Callable<V> does) {
            task = new FutureTask<>(does);
            thread = new Thread(task, "client");
            thread.setDaemon(true);
            thread.start();
        }

        V result() throws InterruptedException, ExecutionException {
            return task.get();
        }

        void awaitWaiting() {
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(task.isDone()).isFalse();
                Thread.onSpinWait();
            }
        }
    }
}
