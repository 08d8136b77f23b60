/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes whole into each checkpoint: named sums, and what back-pressure has found out about each source. */
final class SmallValues {
    private static final Logger LOG = LoggerFactory.getLogger(SmallValues.class);

    private final List<InputNode> inputs;
    private final RateController rates;
    private final Rdds rdds;
    private final RecordSerializer serializer;

    SmallValues(List<InputNode> inputs, RateController rates, Rdds rdds) {
        this.inputs = List.copyOf(inputs);
        this.rates = rates;
        this.rdds = rdds;
        this.serializer = CheckpointWriter.vocabulary(rdds.conf()).serializer();
    }

    /** As they are now. */
    List<Named> now() {
        List<Named> values = new ArrayList<>();
        rdds.accumulators().forEach((name, sum) -> values.add(new Named(Manifest.SUM + name, encoded(sum.value()))));
        for (InputNode input : inputs) {
            rates.terms(input.streamId())
                    .ifPresent(terms -> values.add(
                            new Named(Manifest.RATE + input.site().uid(), terms.rate() + " " + terms.error())));
        }
        return values;
    }

    /** Takes over those of a checkpoint, as far as the program has a place for them. */
    void restore(Manifest from) {
        rdds.accumulators()
                .forEach((name, sum) -> from.value(Manifest.SUM + name).ifPresent(text -> goOn(sum, text)));
        for (InputNode input : inputs) {
            from.value(Manifest.RATE + input.site().uid()).ifPresent(text -> {
                String[] numbers = text.split(" ", -1);
                rates.restore(input.streamId(), Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
            });
        }
        for (Named value : from.values()) {
            if (value.name().startsWith(Manifest.SUM)
                    && !rdds.accumulators().containsKey(value.name().substring(Manifest.SUM.length()))) {
                LOG.info("the program has no sum '{}' any more", value.name().substring(Manifest.SUM.length()));
            }
        }
    }

    private <A> void goOn(Accumulator<A> sum, String text) {
        Iterator<A> value =
                serializer.read(List.of(Base64.getDecoder().decode(text)).iterator());
        sum.reset();
        sum.add(value.next());
    }

    private String encoded(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RecordSerializer.Writer out = serializer.writer((chunk, length) -> bytes.write(chunk, 0, length))) {
            out.add(value);
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
