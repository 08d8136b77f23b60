/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.flume.FlumeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.ipc.netty.NettyServer;
import org.apache.avro.ipc.specific.SpecificResponder;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.FlumeException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.source.avro.AvroFlumeEvent;
import org.apache.flume.source.avro.AvroSourceProtocol;
import org.apache.flume.source.avro.Status;

/**
 * Flume's own clients, which send batches, each when the one before it was answered, to a server of Avro: it answers when a batch is
 * safe. By hand that is when its bodies were added to a file which was forced: an answer before that would promise more than it
 * keeps, and be no more than a measure of Avro. The clients are threads of this process, for the one contestant as for the other.
 */
final class FlumePair implements ClientPair {
    private static final int CLIENTS = 4;
    private static final int BATCH = 100;
    private static final Duration UNTIL_IT_LISTENS = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int port;
    private final StreamClock clock = StreamClock.system();
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final List<Future<?>> sending = new ArrayList<>();

    private FlumePair(int port) {
        this.port = port;
    }

    static FlumePair start() throws Exception {
        return new FlumePair(ToldServer.freePort());
    }

    @Override
    public String name() {
        return "clients with batches of " + BATCH;
    }

    @Override
    public void fill(int messages, int bytes) throws Exception {
        for (Future<?> each : sending) {
            each.get();
        }
        sending.clear();
        List<Event> batch = Collections.nCopies(BATCH, EventBuilder.withBody(new byte[bytes]));
        int batches = messages / BATCH;
        for (int i = 0; i < CLIENTS; i++) {
            int its = batches / CLIENTS + (i < batches % CLIENTS ? 1 : 0);
            List<Event> rest = batch.subList(0, i == 0 ? messages % BATCH : 0);
            sending.add(clients.submit(() -> {
                send(its, batch, rest);
                return null;
            }));
        }
    }

    private void send(int batches, List<Event> batch, List<Event> rest) throws Exception {
        RpcClient client = connected();
        try {
            for (int i = 0; i < batches; i++) {
                client.appendBatch(batch);
            }
            if (!rest.isEmpty()) {
                client.appendBatch(rest);
            }
        } catch (EventDeliveryException e) {
            throw new IllegalStateException("a batch was refused, and would come again", e);
        } finally {
            client.close();
        }
    }

    private RpcClient connected() throws InterruptedException {
        Properties properties = new Properties();
        properties.setProperty("hosts", "h");
        properties.setProperty("hosts.h", "127.0.0.1:" + port);
        properties.setProperty("batch-size", String.valueOf(BATCH));
        while (true) {
            try {
                return RpcClientFactory.getInstance(properties);
            } catch (FlumeException e) {
                clock.awaitUntil(clock.now().plus(UNTIL_IT_LISTENS)); // whoever reads next does not listen yet
            }
        }
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        return context.receiverStream(FlumeSource.builder("127.0.0.1", port).build())
                .map(event -> event.body().length);
    }

    @Override
    public Tally readByHand(int messages, Runnable all) throws Exception {
        Path file = Files.createTempFile("acequia-bench", ".events");
        try (FileChannel kept = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Keeping keeping = new Keeping(messages, kept);
            NettyServer server = new NettyServer(
                    new SpecificResponder(AvroSourceProtocol.class, keeping), new InetSocketAddress("127.0.0.1", port));
            server.start();
            ClientThroughput.await(keeping.left, PATIENCE);
            all.run();
            for (Future<?> each : sending) {
                each.get(); // the last answers are sent before the server ends
            }
            server.close();
            return new Tally(messages, keeping.length.sum(), 0);
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void close() {
        clients.shutdownNow();
    }

    /** Answers a batch when its bodies are on the disk. */
    private static final class Keeping implements AvroSourceProtocol {
        private final LongAdder length = new LongAdder();
        private final CountDownLatch left;
        private final FileChannel kept;

        Keeping(int messages, FileChannel kept) {
            this.left = new CountDownLatch(messages);
            this.kept = kept;
        }

        @Override
        public Status append(AvroFlumeEvent event) {
            return appendBatch(List.of(event));
        }

        @Override
        public Status appendBatch(List<AvroFlumeEvent> events) {
            int bytes = 0;
            for (AvroFlumeEvent each : events) {
                bytes += each.getBody().remaining();
            }
            ByteBuffer bodies = ByteBuffer.allocate(bytes);
            events.forEach(each -> bodies.put(each.getBody().duplicate()));
            keep(bodies.flip());
            length.add(bytes);
            events.forEach(each -> left.countDown());
            return Status.OK;
        }

        private synchronized void keep(ByteBuffer bodies) {
            try {
                while (bodies.hasRemaining()) {
                    kept.write(bodies);
                }
                kept.force(false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
