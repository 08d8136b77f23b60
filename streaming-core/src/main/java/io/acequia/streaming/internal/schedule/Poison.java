/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.receiver.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What becomes of what a source could not decode. */
final class Poison {
    private Poison() {}

    /** Returns when it is dealt with: left out, or written as letters under this key; throws when the batch must fail. */
    static void settle(ErrorPolicy policy, String source, Output.Key key, List<Rejected> rejected) throws Exception {
        if (policy instanceof ErrorPolicy.Fail) {
            Rejected first = rejected.get(0);
            throw new IllegalStateException(
                    "ACQ-1007 source '" + source + "' brought " + rejected.size()
                            + " records that cannot be decoded, the first at " + first.where()
                            + ": set onPoison(skip or deadLetter) to go on",
                    first.cause());
        }
        if (policy instanceof ErrorPolicy.ToSink letters && !letters.sink().alreadyCommitted(key)) {
            write(letters.sink(), source, key, rejected);
        }
    }

    private static void write(BatchSink<DeadLetter> sink, String source, Output.Key key, List<Rejected> rejected)
            throws Exception {
        try (BatchSink.Writer<DeadLetter> letters = sink.open(key)) {
            try {
                for (Rejected poison : rejected) {
                    letters.write(letter(source, key, poison));
                }
                letters.commit();
            } catch (Exception e) {
                letters.abort();
                throw e;
            }
        }
    }

    private static DeadLetter letter(String source, Output.Key key, Rejected poison) {
        String text = new String(poison.raw(), StandardCharsets.UTF_8);
        return new DeadLetter(
                source,
                poison.where(),
                key.time(),
                poison.raw(),
                text,
                poison.cause().toString());
    }
}
