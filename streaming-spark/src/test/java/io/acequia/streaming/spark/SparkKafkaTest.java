/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same job with Kafka's direct source, whose records are read by the tasks of a batch: an executor and the driver are killed while
 * numbers are produced on and on.
 */
@ContainerTest
@Timeout(1800)
class SparkKafkaTest {
    private static final String TOPIC = "numbers";
    private static final int PARTITIONS = 3;
    private static final int EXECUTORS = Integer.getInteger("acequia.spark.kafka.executors", 1);
    private static final int DRIVERS = Integer.getInteger("acequia.spark.kafka.drivers", 1);

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
                for (int kill = 0; kill < EXECUTORS; kill++) {
                    cluster.killAnExecutor();
                    job.awaitProgress("executor killed");
                }
                for (int kill = 0; kill < DRIVERS; kill++) {
                    job.killDriver();
                    job.awaitProgress("driver killed");
                }
                numbers.stop();
                job.awaitAll();
                job.stop();
                reporter.publishEntry(
                        "F30 kills on a cluster that reads Kafka",
                        "executors=" + EXECUTORS + " drivers=" + DRIVERS + " numbers=" + job.check()
                                + " lost=0 duplicated=0 wrong=0 millis=" + job.millis());
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

    /** Produces numbers from 1 on a thread of its own until it is closed. */
    private static final class Numbers implements AutoCloseable {
        private static final int LOT = 4;
        private static final int PAUSE_MILLIS = 20;

        private final KafkaProducer<String, String> producer;
        private final Thread thread = new Thread(this::produce, "numbers");
        private long produced;
        private boolean closed;

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
            for (long next = 1; mayGoOn(next - 1); next += LOT) {
                for (long number = next; number < next + LOT; number++) {
                    producer.send(
                            new ProducerRecord<>(TOPIC, (int) (number % PARTITIONS), null, String.valueOf(number)));
                }
                producer.flush();
            }
        }

        private synchronized boolean mayGoOn(long now) {
            produced = now;
            try {
                wait(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                closed = true;
            }
            return !closed;
        }

        /** Returns when no more will come. */
        void stop() throws InterruptedException {
            synchronized (this) {
                closed = true;
                notifyAll();
            }
            thread.join();
        }

        @Override
        public void close() {
            thread.interrupt();
            producer.close();
        }
    }
}
