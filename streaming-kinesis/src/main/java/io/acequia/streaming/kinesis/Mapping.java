/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Rejected;
import java.io.Serializable;
import java.util.List;

/**
 * The function of a source.
 *
 * @param source what to call the source in messages
 */
record Mapping<T>(String source, Function<? super KinesisRecord, ? extends T> function) implements Serializable {
    /** Adds what the function makes of each record, and the records of which it makes nothing. */
    void addAll(List<KinesisRecord> read, List<T> records, List<Rejected> rejected) throws InterruptedException {
        for (KinesisRecord each : read) {
            try {
                records.add(of(each));
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                rejected.add(new Rejected(each.data(), each.where(), e));
            }
        }
    }

    private T of(KinesisRecord each) throws Exception {
        T record = function.call(each);
        if (record == null) {
            throw new IllegalStateException("ACQ-2647 the function of " + source + " gave null for the record "
                    + each.where() + ": give something that a filter of the stream leaves out");
        }
        return record;
    }
}
