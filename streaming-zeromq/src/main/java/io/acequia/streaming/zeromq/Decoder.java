/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Rejected;
import java.util.ArrayList;
import java.util.List;

/** Makes records of the messages of one read; what the function refuses is rejected. */
record Decoder<T>(Function<? super ZeroMqMessage, ? extends T> map, List<T> records, List<Rejected> rejected) {
    Decoder(Function<? super ZeroMqMessage, ? extends T> map) {
        this(map, new ArrayList<>(), new ArrayList<>());
    }

    void decode(ZeroMqMessage message) throws InterruptedException {
        try {
            T mapped = map.call(message);
            if (mapped == null) {
                throw new IllegalArgumentException("ACQ-2591 the function gave null: it must give a record, or throw");
            }
            records.add(mapped);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            reject(message, e);
        }
    }

    void reject(ZeroMqMessage message, Exception why) {
        rejected.add(new Rejected(message.raw(), message.toString(), why));
    }
}
