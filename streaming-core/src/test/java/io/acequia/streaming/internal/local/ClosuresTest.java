/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.engine.Dataset;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosuresTest {
    private final LocalEngine engine = Ops.engine("local[2]", "streaming.test.serialize.closures", "true");

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void everyTaskWorksOnACopyOfItsFunctions() {
        List<Integer> captured = new ArrayList<>();
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 2)
                .transform(
                        Ops.map((Integer x) -> {
                            captured.add(x);
                            return captured.size();
                        }),
                        true);
        assertThat(Ops.records(dataset)).containsExactly(1, 2, 1, 2);
        assertThat(captured).isEmpty();
    }

    @Test
    void aBroadcastAndAnAccumulatorStayTheSame() {
        Object notSerializable = new Object();
        Broadcast<Object> shared = engine.broadcast(notSerializable);
        Accumulator<Long> sum = engine.accumulator("sum", 0L, Long::sum);
        Dataset<Boolean> dataset = engine.parallelize(Ops.numbers(4), 2)
                .transform(
                        Ops.map((Integer x) -> {
                            sum.add(1L);
                            return shared.value().getClass() == Object.class && shared.value() == shared.value();
                        }),
                        true);
        assertThat(Ops.records(dataset)).containsExactly(true, true, true, true);
        assertThat(sum.value()).isEqualTo(4);
    }

    @Test
    void keyFunctionsPartitionersAndZipsAreCopiedToo() {
        List<Object> captured = new ArrayList<>();
        record Watching(int numPartitions, List<Object> seen) implements Partitioner {
            @Override
            public int getPartition(Object key) {
                seen.add(key);
                return 0;
            }
        }
        Watching watching = new Watching(1, captured);
        Dataset<Integer> placed = engine.parallelize(Ops.numbers(4), 2)
                .partitionBy(
                        x -> {
                            captured.add(x);
                            return x;
                        },
                        watching);
        Dataset<Integer> zipped = placed.zip(
                placed,
                (task, left, right, out) -> {
                    captured.add(task);
                    out.accept(captured.size());
                },
                false);
        assertThat(Ops.records(zipped)).containsExactly(1);
        assertThat(captured).isEmpty();
        assertThat(placed.partitionBy(x -> x, watching)).isSameAs(placed);
    }

    @Test
    void shapesAreTheSameForCopies() {
        for (int i = 0; i < 3; i++) {
            Ops.records(engine.parallelize(Ops.numbers(4), 2).transform(Ops.map((Integer x) -> x), true));
        }
        assertThat(engine.plans()).isEqualTo(1);
    }

    @Test
    void whatCannotBeSentIsRefusedWhereItIsDefined() {
        Object captured = new Object();
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 2);
        assertThatThrownBy(() -> dataset.transform(Ops.map((Integer x) -> captured), true))
                .hasMessageStartingWith("ACQ-0504")
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void aFunctionThatFailsToBeWrittenIsRefused() {
        record Broken(int numPartitions) implements Partitioner {
            @Override
            public int getPartition(Object key) {
                return 0;
            }

            private Object writeReplace() throws ObjectStreamException {
                throw new InvalidObjectException("not today");
            }
        }
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 2);
        assertThatThrownBy(() -> dataset.partitionBy(x -> x, new Broken(1)))
                .hasMessageStartingWith("ACQ-0505")
                .hasMessageContaining("not today");
    }

    @Test
    void anAccumulatorCopiedByPlainSerializationSaysThatItBelongsToNoEngine() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(engine.accumulator("sum", 0L, Long::sum));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            Accumulator<?> copy = (Accumulator<?>) in.readObject();
            assertThat(copy.name()).isEqualTo("sum");
            assertThatThrownBy(copy::value).hasMessageStartingWith("ACQ-0502 accumulator 'sum'");
        }
    }
}
