/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.checkpoint.Beginning;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Snapshot;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.store.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a checkpoint consists of, as a base or as an increment.
 *
 * <p>An increment holds what changed in each state since the checkpoint before, and the RDDs that were kept since
 * then, and names the parts of those before. A base holds everything. A new base is due after so many increments, when the
 * increments have become as large as their base, after a checkpoint has failed, so that no version has to wait for the next
 * attempt, and until there are two bases: with one of them damaged the job can begin from the other. Before that nothing is let
 * go at all, and the job can begin from its beginning.
 *
 * <p>For the checkpoint thread.
 */
final class CheckpointWriter {
    private static final int MOST_INCREMENTS = 20;

    private final StreamingConf conf;
    private final JobDirectory directory;
    private final Journal journal;
    private final Beginning beginning;
    private final States states;
    private final List<StateNode<?, ?, ?, ?>> stateNodes;
    private final List<StreamNode> storedNodes;
    private final Vocabulary vocabulary;

    CheckpointWriter(
            StreamingConf conf,
            DurableJob durable,
            States states,
            List<StateNode<?, ?, ?, ?>> stateNodes,
            List<StreamNode> storedNodes) {
        this.conf = conf;
        this.directory = durable.directory();
        this.journal = durable.journal();
        this.beginning = durable.beginning();
        this.states = states;
        this.stateNodes = List.copyOf(stateNodes);
        this.storedNodes = List.copyOf(storedNodes);
        this.vocabulary = vocabulary(conf);
    }

    static Vocabulary vocabulary(StreamingConf conf) {
        return new Vocabulary(
                conf.registeredClasses(),
                conf.registeredCodecs(),
                conf.get(StreamingConf.UNSAFE_JAVA),
                conf.renamedClasses());
    }

    /** How long the files are that a checkpoint wrote itself. */
    static long own(Manifest manifest) {
        return manifest.parts()
                .filter(part -> part.file().startsWith(manifest.name() + "/"))
                .mapToLong(part -> part.bytes())
                .sum();
    }

    /**
     * Writes and forces the parts; the manifest that names them is not written yet.
     *
     * @param before the checkpoint before; null when this one must be a base
     */
    Manifest write(CheckpointContent content, String name, @Nullable Manifest before) throws Exception {
        Manifest upon = before != null && !isBaseDue(before) ? before : null;
        Snapshot snapshot = new Snapshot(
                directory.uri(),
                name,
                vocabulary,
                new JobInfo(Optional.empty(), "checkpoint", "batch " + content.time(), (partition, what, n) -> {}));
        List<Owner> owners = new ArrayList<>();
        for (StateNode<?, ?, ?, ?> node : stateNodes) {
            Time version = content.versions().get(node);
            if (version != null) {
                owners.add(state(node, version, snapshot, upon, owners.size()));
            }
        }
        for (StreamNode node : storedNodes) {
            owners.add(batches(node, content, snapshot, upon, owners.size()));
        }
        return new Manifest(
                directory.job(),
                name,
                content.time(),
                beginning,
                upon == null ? name : upon.base(),
                upon == null ? 0 : upon.increments() + 1,
                journal.forcedSeq(),
                conf.get(StreamingConf.APP_NAME),
                content.positions(),
                owners,
                content.values());
    }

    private static boolean isBaseDue(Manifest before) {
        long base = 0;
        long increments = 0;
        for (var part : before.parts().toList()) {
            if (part.file().startsWith(before.base() + "/")) {
                base += part.bytes();
            } else {
                increments += part.bytes();
            }
        }
        return before.increments() >= MOST_INCREMENTS || increments > base;
    }

    private <K, S> Owner state(
            StateNode<K, ?, S, ?> node, Time version, Snapshot snapshot, @Nullable Manifest upon, int number)
            throws Exception {
        StateDataset<K, S> state = states.of(node);
        String uid = node.site().uid();
        Owner before = upon == null ? null : upon.owner(uid).orElse(null);
        List<Piece> pieces = new ArrayList<>(before == null ? List.of() : before.pieces());
        Time from = before == null ? null : before.times().get(0);
        if (!version.equals(from)) {
            pieces.add(snapshot.state("state-" + number, state, from, version));
        }
        return new Owner(uid, Kind.STATE, node.toString(), node.stateShape(), List.of(version), pieces);
    }

    private Owner batches(
            StreamNode node, CheckpointContent content, Snapshot snapshot, @Nullable Manifest upon, int number)
            throws Exception {
        Map<Time, DatasetRdd<?>> kept = new TreeMap<>();
        content.kept().forEach((time, rdds) -> {
            DatasetRdd<?> rdd = rdds.get(node);
            if (rdd != null) {
                kept.put(time, rdd);
            }
        });
        List<Time> times = List.copyOf(kept.keySet());
        List<Piece> pieces = new ArrayList<>();
        if (upon != null && upon.owner(node.keptUid()).isPresent()) {
            for (Piece piece : upon.owner(node.keptUid()).get().pieces()) {
                if (piece.times().stream().anyMatch(kept::containsKey)) {
                    pieces.add(piece);
                }
            }
        }
        pieces.forEach(piece -> piece.times().forEach(kept::remove));
        boolean keyed = false;
        Map<Time, Dataset<?>> fresh = new TreeMap<>();
        for (Map.Entry<Time, DatasetRdd<?>> each : kept.entrySet()) {
            DatasetRdd<?> stored = node.stored(each.getValue());
            keyed = stored instanceof DatasetPairRdd;
            fresh.put(each.getKey(), stored.dataset());
        }
        pieces.addAll(snapshot.batches("batches-" + number, fresh, keyed));
        return new Owner(node.keptUid(), Kind.BATCHES, node.toString(), node.shape(), times, pieces);
    }
}
