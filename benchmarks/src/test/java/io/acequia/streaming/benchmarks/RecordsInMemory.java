/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A topic in memory, read by offset as Kafka's is: each batch takes a range of each partition. */
public final class RecordsInMemory implements DirectSource<ConsumerRecord<String, String>> {
    private static final String TOPIC = "memory";

    private final int partitions;
    private final int most;
    private final transient List<List<ConsumerRecord<String, String>>> records = new ArrayList<>();

    /** @param most offsets of a partition in a batch */
    public RecordsInMemory(int partitions, int most) {
        this.partitions = partitions;
        this.most = most;
        for (int i = 0; i < partitions; i++) {
            records.add(new ArrayList<>());
        }
    }

    /** Adds a value; gives its offset. */
    public synchronized long add(int partition, String value) {
        List<ConsumerRecord<String, String>> of = records.get(partition);
        of.add(new ConsumerRecord<>(TOPIC, partition, of.size(), null, value));
        return of.size() - 1;
    }

    private synchronized List<ConsumerRecord<String, String>> between(int partition, long from, long until) {
        return List.copyOf(records.get(partition).subList((int) from, (int) until));
    }

    private synchronized long end(int partition) {
        return records.get(partition).size();
    }

    @Override
    public String name() {
        return TOPIC;
    }

    @Override
    public SplitPlanner<ConsumerRecord<String, String>> newPlanner(PlannerContext context) {
        long[] next = context.restored()
                .map(text -> Arrays.stream(text.split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray())
                .orElse(new long[partitions]);
        return new SplitPlanner<>() {
            @Override
            public Plan<ConsumerRecord<String, String>> plan(Time batch, long maxRecords) {
                List<Split<ConsumerRecord<String, String>>> splits = new ArrayList<>();
                for (int i = 0; i < partitions; i++) {
                    long until = Math.min(end(i), next[i] + most);
                    splits.add(new Range(i, next[i], until));
                    next[i] = until;
                }
                return new Plan<>(
                        splits,
                        String.join(
                                " ",
                                Arrays.stream(next).mapToObj(Long::toString).toList()));
            }

            @Override
            public Split<ConsumerRecord<String, String>> split(String range) {
                String[] words = range.split(" ");
                return new Range(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
            }
        };
    }

    private final class Range implements Split<ConsumerRecord<String, String>> {
        private final int partition;
        private final long from;
        private final long until;

        Range(int partition, long from, long until) {
            this.partition = partition;
            this.from = from;
            this.until = until;
        }

        @Override
        public SplitReader<ConsumerRecord<String, String>> open(TaskContext task) {
            return new SplitReader<>() {
                private boolean read;

                @Override
                public List<ConsumerRecord<String, String>> next() {
                    List<ConsumerRecord<String, String>> all = read ? List.of() : between(partition, from, until);
                    read = true;
                    return all;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return range();
        }

        @Override
        public String range() {
            return partition + " " + from + " " + until;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(until - from);
        }
    }
}
