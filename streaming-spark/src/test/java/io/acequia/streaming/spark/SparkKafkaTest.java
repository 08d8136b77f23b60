/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same job with Kafka's direct source, whose records are read by the tasks of a batch: an executor and the driver are killed while
 * numbers are produced on and on.
 */
@ContainerTest
@Tag("cluster")
@Timeout(1800)
class SparkKafkaTest {
    private static final String TOPIC = "numbers";
    private static final int PARTITIONS = 3;

    @TempDir
    Path directory;

    @Test
    void nothingIsLostAndNothingComesTwiceWhenAnExecutorAndTheDriverAreKilled(TestReporter reporter) throws Exception {
        try (RealServer broker = RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .start()) {
            createTopic(broker.endpoint());
            try (Numbers numbers = new Numbers(broker.endpoint());
                    StandaloneCluster cluster = new StandaloneCluster(directory, 3, 1);
                    ClusterJob job = new ClusterJob(
                            cluster,
                            directory,
                            Map.of(),
                            List.of(ClusterProgram.KAFKA, broker.endpoint(), TOPIC),
                            numbers::produced)) {
                numbers.start();
                job.awaitProgress("started");
                cluster.killAnExecutor();
                job.awaitProgress("executor killed");
                job.killDriver();
                job.awaitProgress("driver killed");
                numbers.stop();
                job.awaitAll();
                job.stop();
                reporter.publishEntry(
                        "F30 kills on a cluster that reads Kafka",
                        "executors=1 drivers=1 numbers=" + job.check() + " lost=0 duplicated=0 wrong=0 millis="
                                + job.millis());
            }
        }
    }

    private static void createTopic(String bootstrap) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    /**
     * Produces numbers from 1 on a thread of its own until it is closed. One after another: of several requests under way to a topic
     * that was just made, the first may be refused and the next not.
     */
    private static final class Numbers implements AutoCloseable {
        private static final int LOT = 4;
        private static final int PAUSE_MILLIS = 20;

        private final KafkaProducer<String, String> producer;
        private final Thread thread = new Thread(this::produce, "numbers");
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private long produced;
        private boolean stopped;

        Numbers(String bootstrap) {
            producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                    new StringSerializer(),
                    new StringSerializer());
            thread.setDaemon(true);
        }

        void start() {
            thread.start();
        }

        /** All up to this one are in the topic. */
        synchronized long produced() {
            return produced;
        }

        private void produce() {
            try {
                for (long next = 1; mayGoOn(next - 1); next += LOT) {
                    for (long number = next; number < next + LOT; number++) {
                        producer.send(new ProducerRecord<>(
                                        TOPIC, (int) (number % PARTITIONS), null, String.valueOf(number)))
                                .get();
                    }
                }
                ended.complete(null);
            } catch (ExecutionException | InterruptedException | RuntimeException e) {
                ended.completeExceptionally(e);
            }
        }

        private synchronized boolean mayGoOn(long now) throws InterruptedException {
            produced = now;
            wait(PAUSE_MILLIS);
            return !stopped;
        }

        /** Returns when no more will come; throws why it was not all. */
        void stop() throws Exception {
            synchronized (this) {
                stopped = true;
                notifyAll();
            }
            ended.get(1, TimeUnit.MINUTES);
        }

        @Override
        public void close() {
            thread.interrupt();
            producer.close(Duration.ZERO);
        }
    }
}
