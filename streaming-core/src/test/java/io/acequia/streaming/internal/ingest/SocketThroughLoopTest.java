/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.source.Endpoint;
import io.acequia.streaming.internal.source.SocketDecoderSource;
import io.acequia.streaming.internal.source.SocketLineSource;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.Source;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketThroughLoopTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final BlockingQueue<ReceiverEvent> events = new LinkedBlockingQueue<>();

    @Test
    void linesGoOnAfterThePeerHungUpAndTheCutOffLineIsCounted() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Loop<Utf8> loop = loop(new SocketLineSource(Endpoint.of("127.0.0.1", server.getLocalPort()), 100));
            loop.start();
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("one\ntwo\ncut o".getBytes(UTF_8));
            }
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("three\n".getBytes(UTF_8));

                assertThat(take(loop, 3)).containsExactly(Utf8.of("one"), Utf8.of("two"), Utf8.of("three"));
                loop.stopReading();
                assertThat(loop.awaitReadingEnded(LONG)).isTrue();
            }
            assertThat(loop.stop(LONG)).isTrue();
            assertThat(loop.status().rejected()).isEqualTo(1);
            assertThat(loop.status().restarts()).isEqualTo(1);
            assertThat(events)
                    .extracting(ReceiverEvent::state)
                    .containsExactly(
                            ReceiverState.STARTING,
                            ReceiverState.ACTIVE,
                            ReceiverState.RETRYING,
                            ReceiverState.ACTIVE,
                            ReceiverState.STOPPED);
        }
    }

    @Test
    void aSoftStopEndsADecoderThatWaitsForItsPeer() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Loop<String> loop = loop(new SocketDecoderSource<>(
                    Endpoint.of("127.0.0.1", server.getLocalPort()), in -> new Scanner(in, UTF_8)));
            loop.start();
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("one tw".getBytes(UTF_8));
                assertThat(take(loop, 1)).containsExactly("one");
                loop.stopReading();
                assertThat(loop.awaitReadingEnded(LONG)).isTrue();
            }
            assertThat(loop.stop(LONG)).isTrue();
            assertThat(loop.status().state()).isEqualTo(ReceiverState.STOPPED);
        }
    }

    private <T> Loop<T> loop(Source<T> source) {
        ReceiverSettings defaults = ReceiverSettings.defaults();
        ReceiverSettings settings = new ReceiverSettings(
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                0,
                Duration.ZERO,
                ByteSize.mebibytes(1),
                Duration.ZERO,
                defaults.blocks(),
                null,
                null);
        return new Loop<>(0, source, settings, 0, StreamClock.system(), Thread::new, events::add);
    }

    private static <T> List<T> take(Loop<T> loop, int count) {
        List<T> all = new ArrayList<>();
        while (all.size() < count) {
            all.addAll(loop.take().all());
        }
        return all;
    }
}
