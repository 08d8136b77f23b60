/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.operator.ConcatOperator;
import io.acequia.streaming.internal.store.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the parts of one checkpoint. For one thread.
 *
 * @param uri of the checkpoint directory
 * @param name of the checkpoint
 * @param vocabulary what records may consist of
 * @param job for whom the jobs run
 */
public record Snapshot(String uri, String name, Vocabulary vocabulary, JobInfo job) {
    /** So many RDDs share their files: they are concatenated, one step each. */
    private static final int AT_ONCE = 64;

    /** What changed in a state after {@code from} until {@code until}; all of it with {@code from} null. */
    public <K, S> Piece state(String file, StateDataset<K, S> state, @Nullable Time from, Time until) throws Exception {
        Dataset<StateChange<K, S>> changes = state.changes(from, until);
        return new Piece(List.of(until), true, write(changes, file, new PartWriter.Changes<K, S>(from, until)));
    }

    /** RDDs by the times of their batches: those with as many partitions share their files. */
    public List<Piece> batches(String file, Map<Time, Dataset<?>> datasets, boolean keyed) throws Exception {
        Map<Integer, List<Time>> alike = new TreeMap<>();
        datasets.forEach((time, dataset) -> {
            alike.computeIfAbsent(dataset.partitionCount(), n -> new ArrayList<>())
                    .add(time);
        });
        List<Piece> pieces = new ArrayList<>();
        for (List<Time> times : alike.values()) {
            for (int first = 0; first < times.size(); first += AT_ONCE) {
                List<Time> some = times.subList(first, Math.min(times.size(), first + AT_ONCE));
                List<Dataset<Object>> marked = new ArrayList<>();
                for (Time time : some) {
                    marked.add(marked(datasets.get(time), marked.size()));
                }
                pieces.add(new Piece(
                        some,
                        keyed,
                        write(
                                ConcatOperator.concatenated(marked, false),
                                file + "-" + pieces.size(),
                                new PartWriter.Plainly())));
            }
        }
        return pieces;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // any records; the times are those of the map
    private static Dataset<Object> marked(@Nullable Dataset<?> dataset, int section) {
        return ((Dataset<Object>) dataset).transform(new Section.Before<>(section), false);
    }

    private <T> List<Part> write(Dataset<T> dataset, String file, PartWriter.Encoding<T> encoding) throws Exception {
        return dataset.run(
                new PartWriter<>(uri, Checkpoints.FOLDER, name + "/" + file, vocabulary, encoding),
                IntStream.range(0, dataset.partitionCount()).toArray(),
                job);
    }
}
