/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.assertj.core.api.ListAssert;

/** What the suites of the operations share: a batch a second, inputs of two partitions, and the engine as a parameter. */
abstract class OperationSemantics {
    static final Duration SECOND = Durations.seconds(1);

    /** The engine under test, by its master, and its settings; the default parallelism must be 2. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    final TestStreams program(VoidFunction<TestStreams> program) {
        return TestStreams.every(SECOND, conf(), program);
    }

    /** The batches that an operation gives for these. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    final <T, R> List<List<R>> batchesOf(Function<DStream<T>, DStreamLike<R, ?, ?>> operation, List<T>... batches) {
        return batchesOf((DStream<T> left, DStream<T> right) -> operation.apply(left), List.of(batches), List.of());
    }

    /** The batches that an operation of two streams gives for these. */
    final <A, B, R> List<List<R>> batchesOf(
            BiFunction<DStream<A>, DStream<B>, DStreamLike<R, ?, ?>> operation,
            List<List<A>> left,
            List<List<B>> right) {
        try (TestStreams t = program(s -> s.collect("out", operation.apply(s.input("left"), s.input("right"))))) {
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                t.add("left", i < left.size() ? left.get(i).toArray() : new Object[0]);
                t.add("right", i < right.size() ? right.get(i).toArray() : new Object[0]);
                t.advance(1);
            }
            return t.batches("out");
        }
    }

    static Time now(TestStreams t) {
        return Time.of(t.clock().now());
    }

    static <A, B> Tuple2<A, B> pair(A a, B b) {
        return Tuple2.of(a, b);
    }

    /** Looks at a batch whatever the type of its records: a list equals an iterable that is one. */
    static ListAssert<Object> assertBatch(List<?> batch) {
        return assertThat(new ArrayList<Object>(batch));
    }
}
