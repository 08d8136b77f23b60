/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenerBusTest {
    private static final int CAPACITY = 10_000;

    private final ListenerBus bus = new ListenerBus();
    private final Seen seen = new Seen();

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void eventsComeInOrderOnOneThread() {
        bus.add(seen);
        bus.start();
        IntStream.range(0, 100).forEach(this::post);
        bus.close();
        assertThat(seen.batches)
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> (long) i).toList());
        assertThat(seen.threads).hasSize(1).first().asString().isEqualTo("acequia-listeners");
        assertThat(seen.onBus).isTrue();
        assertThat(bus.isCurrentThread()).isFalse();
        assertThat(bus.dropped()).isZero();
    }

    @Test
    void whatWasPostedBeforeTheStartIsDelivered() {
        bus.add(seen);
        post(1);
        bus.start();
        bus.close();
        assertThat(seen.batches).containsExactly(1L);
    }

    @Test
    void aListenerThatThrowsKeepsNobodyFromTheEvent() {
        Seen other = new Seen();
        bus.add(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo b) {
                throw new IllegalStateException("broken listener");
            }
        });
        bus.add(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo b) {
                throw new NoClassDefFoundError("broken class path");
            }
        });
        bus.add(other);
        bus.start();
        post(1);
        post(2);
        bus.close();
        assertThat(other.batches).containsExactly(1L, 2L);
        assertThat(bus.failures()).isEqualTo(4);
    }

    @Test
    void aRemovedListenerHearsNoMore() {
        bus.add(seen);
        bus.remove(seen);
        bus.start();
        post(1);
        bus.close();
        assertThat(seen.batches).isEmpty();
    }

    @Test
    void whatIsBeyondTheCapacityIsDroppedAndCountedAndPostingNeverBlocks() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bus.add(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo b) {
                inside.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        bus.add(seen);
        bus.start();
        post(0);
        inside.await();
        IntStream.rangeClosed(1, CAPACITY + 7).forEach(this::post);
        assertThat(bus.dropped()).isEqualTo(7);
        release.countDown();
        bus.close();
        assertThat(seen.batches).hasSize(CAPACITY + 1);
    }

    @Test
    void closingABusThatNeverStartedEnds() {
        bus.close();
        bus.close();
        assertThat(bus.failures()).isZero();
    }

    @Test
    void noListenerIsRefused() {
        assertThatNullPointerException().isThrownBy(() -> bus.add(null)).withMessage("listener");
    }

    private void post(long time) {
        BatchInfo info = new BatchInfo(
                new Time(time), Map.of(), Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty());
        bus.post(listener -> listener.onBatchCompleted(info));
    }

    private final class Seen implements StreamingListener {
        private final List<Long> batches = Collections.synchronizedList(new ArrayList<>());
        private final List<String> threads = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean onBus = true;

        @Override
        public void onBatchCompleted(BatchInfo b) {
            batches.add(b.batchTime().milliseconds());
            onBus &= bus.isCurrentThread();
            String name = Thread.currentThread().getName();
            if (!threads.contains(name)) {
                threads.add(name);
            }
        }
    }
}
