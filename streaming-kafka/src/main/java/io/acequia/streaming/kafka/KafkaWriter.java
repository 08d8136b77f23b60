/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One record of Kafka for each record of a partition. */
record KafkaWriter<T>(KafkaTransaction transaction, Function<T, ? extends ProducerRecord<?, ?>> records)
        implements BatchSink.Writer<T> {
    @Override
    public void write(T record) throws Exception {
        @Nullable ProducerRecord<?, ?> made = records.call(record);
        if (made == null) {
            throw new IllegalArgumentException("ACQ-2521 the function of the sink returned null for a record of class "
                    + (record == null ? "null" : record.getClass().getName())
                    + ": return a ProducerRecord, or filter such records out before");
        }
        transaction.send(made);
    }

    @Override
    public void commit() throws Exception {
        transaction.commit();
    }

    @Override
    public void abort() throws InterruptedException {
        transaction.abort();
    }

    @Override
    public void close() {
        transaction.close();
    }
}
