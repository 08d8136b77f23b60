/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.PushReceiver;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PushedRecordsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    @DisplayName("R1 each attempt has an object of its own, and a pushed list is stored when its batch is done")
    void eachAttemptHasAnObjectOfItsOwnAndAListIsStoredWhenItsBatchIsDone() throws Exception {
        BlockingQueue<Orders> made = new LinkedBlockingQueue<>();
        BlockingQueue<ReceiverEvent> events = new LinkedBlockingQueue<>();
        Source<String> source = Source.of("orders", () -> new Orders(made));
        Loop<String> loop =
                new Loop<>(1, source, ReceiverSettings.defaults(), 0, StreamClock.system(), Thread::new, events::add);
        loop.start();
        Orders first = made.take();
        FutureTask<Object> stored = storing(first, "a", "b");
        Loop<String>.Batch batch = takeSome(loop);
        assertThat(batch.all()).containsExactly("a", "b");
        assertThat(stored.isDone()).isFalse();
        batch.ack();
        stored.get();

        first.restart("again", null, Duration.ofMillis(1));
        Orders second = made.take();
        assertThat(second).isNotSameAs(first);
        assertThat(first.isStopped()).isTrue();
        stored = storing(second, "c");
        batch = takeSome(loop);
        second.stop("done");
        batch.ack();
        stored.get();
        ReceiverEvent event = events.take();
        while (event.state() != ReceiverState.STOPPED) {
            event = events.take();
        }
        assertThat(event.error()).isEmpty();
        assertThat(made).isEmpty();
        assertThat(loop.stop(LONG)).isTrue();
    }

    private static FutureTask<Object> storing(Orders orders, String... records) {
        FutureTask<Object> storing = new FutureTask<>(() -> orders.store(List.of(records)), null);
        new Thread(storing, "client").start();
        return storing;
    }

    private static Loop<String>.Batch takeSome(Loop<String> loop) {
        while (loop.status().waiting() == 0) {
            Thread.onSpinWait();
        }
        return loop.take();
    }

    private static final class Orders extends PushReceiver<String> {
        private final BlockingQueue<Orders> made;

        Orders(BlockingQueue<Orders> made) {
            this.made = made;
        }

        @Override
        public void onStart() {
            made.add(this);
        }

        @Override
        public void onStop() {}
    }
}
