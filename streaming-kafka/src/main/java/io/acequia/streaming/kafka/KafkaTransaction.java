/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Time;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to commit a partition of a batch: its records and its key, in one transaction. For one thread.
 *
 * <p>A commit that fails may have happened, when its reply was lost. The producer is given up then, and another one takes its
 * transactional id over: after that the transaction is committed or undone for good, and the topic of keys says which. Not so when
 * this one was taken over itself: then a later attempt is at work, which must not be disturbed.
 */
final class KafkaTransaction implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaTransaction.class);

    private final LaneProducers.Claim claim;
    private final Output.Key key;
    private @Nullable LaneProducer producer;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        COMMITTED,
        ENDED
    }

    private KafkaTransaction(LaneProducers.Claim claim, Output.Key key, LaneProducer producer) {
        this.claim = claim;
        this.key = key;
        this.producer = producer;
    }

    static KafkaTransaction begin(Lane lane, Output.Key key) throws InterruptedException {
        Time batch = key.time();
        LaneProducers.Claim claim = LaneProducers.claim(lane, batch);
        LaneProducer producer = null;
        boolean begun = false;
        try {
            producer = LaneProducers.take(claim);
            producer.begin();
            begun = true;
            return new KafkaTransaction(claim, key, producer);
        } finally {
            if (!begun) {
                if (producer != null) {
                    producer.giveUp();
                }
                LaneProducers.giveUp(claim);
            }
        }
    }

    @SuppressWarnings("unchecked") // the serializers see what the program gives
    void send(ProducerRecord<?, ?> record) throws InterruptedException {
        usable().send((ProducerRecord<Object, Object>) record);
    }

    void commit() throws InterruptedException {
        if (state == State.COMMITTED) {
            return;
        }
        try {
            usable().commit(key.time());
            state = State.COMMITTED;
        } catch (KafkaException e) {
            giveUp();
            if (e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException) {
                throw new StreamingException(
                        "ACQ-2529",
                        claim.lane() + " of batch " + key.time() + " was taken over by a later attempt, or by another"
                                + " process that writes as the same job: give each job of the cluster a name of its own by"
                                + " job(..)",
                        e);
            }
            mustBeKnown(e);
        }
    }

    private void mustBeKnown(KafkaException failure) throws InterruptedException {
        try {
            LaneProducer successor = LaneProducers.take(claim);
            producer = successor;
            if (!successor.hasCommitted(key.time())) {
                throw failure;
            }
            state = State.COMMITTED;
            LOG.warn("{} of {} was committed, though Kafka said: {}", claim.lane(), key.time(), failure.toString());
        } catch (StreamingException | KafkaException e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private LaneProducer usable() {
        LaneProducer open = producer;
        if (open == null || state != State.OPEN) {
            throw new StreamingException(
                    "ACQ-2527",
                    claim.lane() + " of batch " + key.time() + " was ended: open a new writer to write it again",
                    null);
        }
        return open;
    }

    /** Does not throw when Kafka does: then the brokers undo it when its time is over, or its lane is taken over. */
    void abort() throws InterruptedException {
        LaneProducer open = producer;
        if (state != State.OPEN || open == null) {
            return;
        }
        state = State.ENDED;
        try {
            open.abort();
        } catch (KafkaException e) {
            LOG.debug("{} is given up", claim.lane(), e);
            giveUp();
        } catch (InterruptedException e) {
            giveUp();
            throw e;
        }
    }

    private void giveUp() {
        LaneProducer open = producer;
        producer = null;
        state = State.ENDED;
        if (open != null) {
            open.giveUp();
        }
    }

    /** What was not committed is undone; the producer waits for the next batch. */
    @Override
    public void close() {
        try {
            abort();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LaneProducer open = producer;
        producer = null;
        if (open != null) {
            LaneProducers.giveBack(claim, open);
        } else {
            LaneProducers.giveUp(claim);
        }
    }
}
