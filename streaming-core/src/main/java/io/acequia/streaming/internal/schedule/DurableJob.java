/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StateMismatchException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.checkpoint.Beginning;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Restore;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.operator.RestoreStateOperator;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job with a checkpoint directory, at its start: what earlier runs left, whether this program can take it up, and how it gets there.
 *
 * <p>The newest checkpoint that is whole gives state and what windows keep, each to the operation with its uid. Then every batch
 * after it that is in the journal runs again, in order, with the content it had; outputs that had ended do not. What
 * the program has no place for is refused, unless the program says that it may go; what the checkpoint does not have begins empty.
 */
final class DurableJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DurableJob.class);

    private final StreamGraph graph;
    private final JobDirectory directory;
    private final Journal journal;
    private final Checkpoints checkpoints;
    private final Beginning beginning;
    private final Optional<Manifest> manifest;
    private final List<JournaledBatch> pending;
    private final boolean takenUp;

    private DurableJob(StreamGraph graph, JobDirectory directory, Journal journal, Beginning fresh)
            throws IOException, InterruptedException {
        this.graph = graph;
        this.directory = directory;
        this.journal = journal;
        this.checkpoints = new Checkpoints(directory.storage(), directory.job());
        this.manifest = checkpoints.newest(journal.reach());
        manifest.ifPresent(this::mustHaveItsJournal);
        Optional<Beginning> before = journal.beginning().or(() -> manifest.map(Manifest::beginning));
        this.takenUp = before.isPresent();
        this.pending = before.isPresent() ? journal.batchesAfter(covered(before.get())) : List.of();
        this.beginning = before.isPresent() ? goingOn(before.get(), fresh) : fresh;
        mustHaveAPlaceForAll();
        journal.begin(beginning);
    }

    /**
     * Reads what is there.
     *
     * @param fresh how the job begins when it has never run
     * @param full what to do when there is no space for the journal
     */
    static DurableJob open(
            StreamGraph graph, JobDirectory directory, StreamClock clock, Beginning fresh, Journal.Full full)
            throws IOException, InterruptedException {
        StreamingConf conf = graph.conf();
        LogSettings limits = new LogSettings(
                conf.get(StreamingConf.LOG_MAX_RECORD),
                conf.get(StreamingConf.LOG_ROLL_SIZE),
                conf.get(StreamingConf.LOG_ROLL_EVERY));
        Journal journal = Journal.open(directory.storage(), directory.job(), limits, clock, full);
        boolean opened = false;
        try {
            DurableJob job = new DurableJob(graph, directory, journal, fresh);
            opened = true;
            return job;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    JobDirectory directory() {
        return directory;
    }

    Ledger ledger() {
        return new Ledger(directory, journal);
    }

    Journal journal() {
        return journal;
    }

    Beginning beginning() {
        return beginning;
    }

    Optional<Manifest> manifest() {
        return manifest;
    }

    /** The batches to run again. */
    List<JournaledBatch> pending() {
        return pending;
    }

    /** Whether there was an earlier run. */
    boolean isTakenUp() {
        return takenUp;
    }

    /** The newest batch that the checkpoint covers; the beginning without one. */
    private Time covered(Beginning from) {
        return manifest.map(Manifest::time).orElse(from.zero());
    }

    /** The newest batch that there has been; the beginning before the first. */
    Time newestBatch() {
        return pending.isEmpty()
                ? covered(beginning)
                : pending.get(pending.size() - 1).time();
    }

    Feed.Past pastOf(InputNode source) {
        String uid = source.site().uid();
        Optional<String> planned = Optional.empty();
        for (JournaledBatch batch : pending) {
            Optional<String> position = allocation(batch, uid).map(Allocation::position);
            planned = position.isPresent() ? position : planned;
        }
        return new Feed.Past(covered(beginning), manifest.flatMap(from -> from.position(uid)), planned);
    }

    static Optional<Allocation> allocation(JournaledBatch batch, String uid) {
        return batch.allocations().stream()
                .filter(each -> each.source().equals(uid))
                .findFirst();
    }

    // ---- whether the program can take it up

    private void mustHaveItsJournal(Manifest from) {
        if (journal.lastSeq() < from.journal()) {
            throw new StreamingException(
                    "ACQ-1036",
                    "checkpoint " + from.name() + " was taken when the journal had " + from.journal()
                            + " records, and it has " + journal.lastSeq() + " now: the folder " + Journal.FOLDER
                            + " in "
                            + directory + " is older than the checkpoint; bring back the whole directory from one copy",
                    null);
        }
    }

    private Beginning goingOn(Beginning before, Beginning fresh) {
        if (!before.interval().equals(fresh.interval())) {
            throw new StreamingException(
                    "ACQ-1037",
                    "the batch interval is " + Durations.text(fresh.interval()) + ", and was "
                            + Durations.text(before.interval()) + " when the job in " + directory
                            + " began: times of batches, windows and time-outs would not fit; keep it, or start anew in"
                            + " another directory",
                    null);
        }
        if (before.parallelism() == fresh.parallelism()) {
            return before;
        }
        if (!graph.conf().get(StreamingConf.RESCALE)) {
            throw new StreamingException(
                    "ACQ-1038",
                    "the default parallelism is " + fresh.parallelism() + ", and was " + before.parallelism()
                            + " when the job in " + directory
                            + " began, which places its state and names what its outputs"
                            + " write; set " + StreamingConf.PARALLELISM.name() + " = " + before.parallelism() + ", or "
                            + StreamingConf.RESCALE.name() + " = true to divide it anew",
                    null);
        }
        if (pending.stream().anyMatch(batch -> !batch.done())) {
            throw new StreamingException(
                    "ACQ-1045",
                    "the default parallelism cannot change from " + before.parallelism() + " to " + fresh.parallelism()
                            + " now: batches of " + directory
                            + " are not done, and what their outputs write is named by"
                            + " partition; start with " + StreamingConf.PARALLELISM.name() + " = "
                            + before.parallelism()
                            + ", stop gracefully, and then change it",
                    null);
        }
        LOG.info("the default parallelism changes from {} to {}", before.parallelism(), fresh.parallelism());
        return new Beginning(before.zero(), before.interval(), fresh.parallelism());
    }

    private void mustHaveAPlaceForAll() {
        TreeMap<String, String> places = new TreeMap<>();
        graph.inputs().forEach(input -> places.put(input.site().uid(), input.toString()));
        for (StreamNode node : graph.retention().carried()) {
            if (node instanceof StateNode<?, ?, ?, ?>) {
                places.put(node.site().uid(), node.toString());
            }
            if (node.isStored()) {
                places.put(node.keptUid(), node.toString());
            }
        }
        TreeMap<String, String> left = new TreeMap<>();
        manifest.ifPresent(from -> {
            from.owners().forEach(owner -> left.put(owner.uid(), owner.operation()));
            from.positions().forEach(source -> left.put(source.name(), "a source"));
        });
        for (JournaledBatch batch : pending) {
            batch.allocations().forEach(source -> left.put(source.source(), "a source"));
        }
        Set<String> added = new TreeSet<>(places.keySet());
        added.removeAll(left.keySet());
        left.keySet().removeAll(places.keySet());
        left.keySet().removeIf(this::mayGo);
        if (!left.isEmpty()) {
            throw new StateMismatchException(
                    "ACQ-1039",
                    "the program has no place for what " + directory + " holds of "
                            + left.entrySet().stream()
                                    .map(each -> "'" + each.getKey() + "' (" + each.getValue() + ")")
                                    .collect(Collectors.joining(", "))
                            + (added.isEmpty()
                                    ? ""
                                    : "; new in the program are "
                                            + added.stream()
                                                    .map(uid -> "'" + uid + "'")
                                                    .collect(Collectors.joining(", ")))
                            + ". Give the operation that goes on with it its old uid by .uid(\"…\"), or give it up by"
                            + " allowDroppedState(\"…\")",
                    List.copyOf(left.keySet()));
        }
        if (takenUp && manifest.isPresent() && !added.isEmpty()) {
            LOG.info("{} has nothing in the checkpoint and begins empty", String.join(", ", added));
        }
    }

    private boolean mayGo(String uid) {
        int role = uid.lastIndexOf('#');
        return graph.droppable().contains(uid) || role >= 0 && graph.droppable().contains(uid.substring(0, role));
    }

    // ---- taking it up

    /** Loads state and what windows keep. */
    void restore(Rdds rdds, States states, RememberedBatches remembered, StreamClock clock) throws IOException {
        if (manifest.isEmpty()) {
            return;
        }
        Manifest from = manifest.get();
        checkpoints.restoring(from);
        try {
            restore(from, rdds, states, remembered, clock);
        } catch (Exception e) {
            checkpoints.restored(from);
            throw e;
        }
        checkpoints.restored(from);
    }

    /** Only a process that ends in here leaves its mark on the checkpoint; a class that is missing does not make it a bad one. */
    private void restore(Manifest from, Rdds rdds, States states, RememberedBatches remembered, StreamClock clock) {
        Restore restore = new Restore(rdds.engine(), directory.uri(), CheckpointWriter.vocabulary(rdds.conf()));
        TreeMap<Time, PlannedBatch> past = new TreeMap<>();
        for (StreamNode node : graph.retention().carried()) {
            if (node instanceof StateNode<?, ?, ?, ?> state) {
                Optional<Owner> owner =
                        fitting(from, node.site().uid(), Kind.STATE, state.stateShape(), state::takesUp);
                if (owner.isPresent()) {
                    restore(state, owner.get(), restore, rdds, states);
                }
            }
            if (node.isStored()) {
                Optional<Owner> owner = fitting(from, node.keptUid(), Kind.BATCHES, node.shape(), node.shape()::equals);
                if (owner.isPresent()) {
                    for (Time time : owner.get().times()) {
                        PlannedBatch batch =
                                past.computeIfAbsent(time, at -> new PlannedBatch(at, clock.now(), remembered));
                        batch.restore(node, restored(node, owner.get(), time, restore, rdds, batch.scope()));
                    }
                }
            }
        }
        for (PlannedBatch batch : past.values()) {
            graph.retention().nodesByLength().values().forEach(batch::restored);
            remembered.add(batch);
        }
        LOG.info(
                "checkpoint {} is taken up, {} bytes; {} batches after it are run again",
                from.name(),
                from.bytes(),
                pending.size());
    }

    private Optional<Owner> fitting(Manifest from, String uid, Kind kind, String shape, Predicate<String> fits) {
        Optional<Owner> owner = from.owner(uid);
        if (owner.isEmpty()) {
            return owner;
        }
        String there = owner.get().shape();
        if (owner.get().kind() == kind && fits.test(renamed(there))) {
            return owner;
        }
        if (mayGo(uid)) {
            LOG.warn("'{}' was '{}' and is '{}': it begins empty, as the program allows", uid, there, shape);
            return Optional.empty();
        }
        throw new StateMismatchException(
                "ACQ-1040",
                "'" + uid + "' was '" + there + "' in checkpoint " + from.name() + ", and is '" + shape
                        + "' in the program: what is kept does not fit; change it back, say what a class is called now by"
                        + " StreamingConf.registerRenamed, or give it up by allowDroppedState(\"" + uid + "\")",
                List.of(uid));
    }

    /** With the name that a class of the program has now. */
    private String renamed(String shape) {
        for (Map.Entry<String, Class<?>> each : graph.conf().renamedClasses().entrySet()) {
            if (shape.endsWith(" " + each.getKey())) {
                return shape.substring(0, shape.length() - each.getKey().length())
                        + each.getValue().getName();
            }
        }
        return shape;
    }

    private <K, S> void restore(StateNode<K, ?, S, ?> node, Owner owner, Restore restore, Rdds rdds, States states) {
        Time version = owner.times().get(0);
        Dataset<Tuple2<K, StateChange<K, S>>> changes = restore.state(owner);
        DatasetPairRdd<K, StateChange<K, S>> placed = (DatasetPairRdd<K, StateChange<K, S>>)
                rdds.pairsOf(changes, RddScope.NONE).at(node.site()).partitionBy(node.partitioner());
        StateDataset<K, S> state = states.of(node);
        rdds.of(state.step(version, placed.dataset(), new RestoreStateOperator<K, S>(node.site())), RddScope.NONE)
                .settled(node.site(), StorageLevel.MEMORY_AND_DISK);
        states.stepped(node, version);
    }

    private static DatasetRdd<?> restored(
            StreamNode node, Owner owner, Time time, Restore restore, Rdds rdds, RddScope scope) {
        for (Piece piece : owner.pieces()) {
            if (piece.times().contains(time)) {
                DatasetRdd<?> records = piece.keyed()
                        ? rdds.pairsOf(restore.<Tuple2<Object, Object>>batch(owner, piece, time), scope)
                        : rdds.of(restore.batch(owner, piece, time), scope);
                return node.restored(records).settled(node.site(), StorageLevel.MEMORY_AND_DISK);
            }
        }
        throw new IllegalStateException(
                "ACQ-1041 the checkpoint says that it holds batch " + time + " of '" + owner.uid() + "' and does not");
    }

    @Override
    public void close() {
        journal.close();
    }
}
