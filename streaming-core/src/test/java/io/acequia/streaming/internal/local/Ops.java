/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.FlatMapFunction;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.store.AsideFiles;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Operators as small as they can be, and short ways to run them. */
final class Ops {
    private Ops() {}

    static LocalEngine engine(String master, String... keysAndValues) {
        return engine(master, Set.of(), keysAndValues);
    }

    static LocalEngine engine(String master, Set<Class<?>> registered, String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return (LocalEngine) new LocalEngineProvider()
                .open(master, new EngineProvider.Settings("test", values, registered, Map.of(), StreamClock.system()));
    }

    static List<Integer> numbers(int count) {
        return new ArrayList<>(IntStream.range(0, count).boxed().toList());
    }

    /** A job whose tasks reach no storage. */
    static Job newJob() {
        AsideFiles none = new AsideFiles(Path.of("nowhere"), new RecordSerializer(Set.of()));
        return new Job(
                job(),
                uri -> {
                    throw new AssertionError("no storage at " + uri);
                },
                TaskMemory.of(Long.MAX_VALUE, 1, none));
    }

    static JobInfo job() {
        return new JobInfo(Optional.empty(), "collect", "Test:1", (partition, name, n) -> {});
    }

    static JobInfo batch(Time time) {
        return new JobInfo(Optional.of(time), "out-1", "Test:2", (partition, name, n) -> {});
    }

    static int[] all(Dataset<?> dataset) {
        return IntStream.range(0, dataset.partitionCount()).toArray();
    }

    static <T> List<List<T>> partitions(Dataset<T> dataset) {
        try {
            return dataset.run(collect(), all(dataset), job());
        } catch (Exception e) {
            throw Roots.asIs(e);
        }
    }

    static <T> List<T> records(Dataset<T> dataset) {
        return partitions(dataset).stream().flatMap(List::stream).toList();
    }

    /** A stage that hands everything on; to be overridden in one place. */
    abstract static class Step<T, R> implements Downstream<T> {
        final Downstream<R> down;

        Step(Downstream<R> down) {
            this.down = down;
        }

        @Override
        public void begin() throws Exception {
            down.begin();
        }

        @Override
        public boolean wantsMore() {
            return down.wantsMore();
        }

        @Override
        public void end() throws Exception {
            down.end();
        }

        @Override
        public void close() {
            down.close();
        }
    }

    record Map1<T, R>(Function<T, R> function) implements Operator<T, R> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<R> down) {
            return new Step<>(down) {
                @Override
                public void accept(T record) throws Exception {
                    down.accept(function.call(record));
                }
            };
        }
    }

    static <T, R> Operator<T, R> map(Function<T, R> function) {
        return new Map1<>(function);
    }

    static <T, R> Operator<T, R> flatMap(FlatMapFunction<T, R> function) {
        return (task, down) -> new Step<>(down) {
            @Override
            public void accept(T record) throws Exception {
                Iterator<R> results = function.call(record);
                while (results.hasNext()) {
                    down.accept(results.next());
                }
            }
        };
    }

    static <T> Operator<T, T> limit(int count) {
        return (task, down) -> new Step<T, T>(down) {
            private int left = count;

            @Override
            public void accept(T record) throws Exception {
                if (left > 0) {
                    left--;
                    down.accept(record);
                }
            }

            @Override
            public boolean wantsMore() {
                return left > 0 && down.wantsMore();
            }
        };
    }

    static <T> Operator<T, List<T>> collect() {
        return (task, down) -> new Step<T, List<T>>(down) {
            private final List<T> records = new ArrayList<>();

            @Override
            public void accept(T record) {
                records.add(record);
            }

            @Override
            public void end() throws Exception {
                down.accept(records);
                down.end();
            }
        };
    }

    static <T> Operator<T, Integer> count() {
        return (task, down) -> new Step<T, Integer>(down) {
            private int n;

            @Override
            public void accept(T record) {
                n++;
            }

            @Override
            public void end() throws Exception {
                down.accept(n);
                down.end();
            }
        };
    }

    /** Writes down what is called on it; "attach", then begin, end and close. */
    static <T> Operator<T, T> trace(List<String> calls) {
        return (task, down) -> {
            calls.add("attach");
            return new Step<T, T>(down) {
                @Override
                public void begin() throws Exception {
                    calls.add("begin");
                    super.begin();
                }

                @Override
                public void accept(T record) throws Exception {
                    down.accept(record);
                }

                @Override
                public void end() throws Exception {
                    calls.add("end");
                    super.end();
                }

                @Override
                public void close() {
                    calls.add("close");
                    super.close();
                }
            };
        };
    }
}
