/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.Time;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The producer of a lane. To open it takes the transactional id over: what others had begun under it is finished or undone by the
 * brokers before, and they can commit no more. For one thread at a time.
 */
final class LaneProducer implements AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final Duration MORE_THAN_A_TRANSACTION = Duration.ofSeconds(30);

    private final Lane lane;
    private final KafkaProducer<Object, Object> producer;
    private CommittedTimes committed = CommittedTimes.NONE;

    /** What is to be done with a client that throws an exception of its own when its thread is interrupted. */
    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private LaneProducer(Lane lane) {
        this.lane = lane;
        this.producer = lane.target().connection().producer(lane.id());
    }

    static LaneProducer open(Lane lane) throws InterruptedException {
        LaneProducer opened = new LaneProducer(lane);
        boolean whole = false;
        try {
            opened.interruptibly(() -> {
                opened.producer.initTransactions();
                opened.committed = CommittedKeys.of(
                        lane, lane.target().connection().transactionTimeout().plus(MORE_THAN_A_TRANSACTION));
            });
            whole = true;
            return opened;
        } finally {
            if (!whole) {
                opened.giveUp();
            }
        }
    }

    boolean hasCommitted(Time batch) {
        return committed.contains(batch);
    }

    void begin() {
        producer.beginTransaction();
    }

    void send(ProducerRecord<Object, Object> record) throws InterruptedException {
        interruptibly(() -> producer.send(record));
    }

    /** The records since the beginning, and that they are those of this batch. */
    void commit(Time batch) throws InterruptedException {
        CommittedTimes more = committed.with(batch);
        interruptibly(() -> {
            producer.send(new ProducerRecord<>(
                    lane.target().keysTopic(),
                    0,
                    new EitherSerializer.Text(lane.id()),
                    new EitherSerializer.Text(more.text())));
            producer.commitTransaction();
        });
        committed = more;
    }

    void abort() throws InterruptedException {
        interruptibly(producer::abortTransaction);
    }

    private void interruptibly(Step step) throws InterruptedException {
        try {
            step.run();
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("while writing " + lane);
        }
    }

    /** Ends it without waiting for anything; the brokers undo what was not committed. */
    void giveUp() {
        producer.close(Duration.ZERO);
    }

    @Override
    public void close() {
        producer.close(CLOSE);
    }
}
