/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the program: where its batches come from and how they are made. Its settings are given while the program
 * is defined; from the start of the context on, nothing changes any more.
 */
public abstract class StreamNode {
    private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(10);
    private static final Set<String> RECORD_WISE =
            Set.of("map", "flatMap", "filter", "mapToPair", "flatMapToPair", "mapValues", "flatMapValues", "keyBy");

    private final StreamGraph graph;
    private final int number;
    private final Site site;
    private final List<StreamNode> parents;
    private final Duration slide;
    private @Nullable String uid;
    private @Nullable String name;
    private @Nullable StorageLevel level;
    private @Nullable Duration checkpointInterval;
    private StreamNode named = this;
    private boolean kept;
    private boolean carried;
    private @Nullable Kept form;
    private String keptUid = "";
    private String shape = "";

    StreamNode(StreamGraph graph, Site site, List<StreamNode> parents, Duration slide) {
        this.graph = graph;
        this.site = site;
        this.parents = List.copyOf(parents);
        this.slide = slide;
        this.number = graph.add(this);
    }

    /** Makes the RDD of one batch. Called on a thread that runs batches, once for each batch. */
    public abstract DatasetRdd<?> make(Batch batch) throws Exception;

    /** Whether there is a batch at {@code time}, in a context started at {@code start}. */
    public final boolean yieldsAt(Time time, Time start) {
        long since = time.milliseconds() - start.milliseconds();
        return since > 0 && since % slide.toMillis() == 0;
    }

    public StreamGraph graph() {
        return graph;
    }

    public int number() {
        return number;
    }

    public Site site() {
        return site;
    }

    public List<StreamNode> parents() {
        return parents;
    }

    /**
     * A node whose RDDs are asked for.
     *
     * @param back of batches so far back; zero is the same batch alone
     */
    record Need(StreamNode node, Duration back) {}

    /** What this one is made of: its parents, or what is between them and the program does not show. */
    List<Need> needs() {
        return parents.stream().map(parent -> new Need(parent, Duration.ZERO)).toList();
    }

    public Duration slide() {
        return slide;
    }

    /** From now on the RDD is computed in each batch and kept while it is remembered, so that later batches can read it. */
    final void keep(Kept how) {
        kept = true;
        carried = true;
        form = how;
    }

    /** From now on the RDD is computed and kept as soon as another node asks for it. */
    final void keepWhenMade() {
        kept = true;
    }

    /** Whether the RDD is made in each batch that has one, whatever the outputs ask for. */
    public boolean isCarried() {
        return carried;
    }

    /** Whether the RDD is computed and kept when it is made, and needs those it was made of no longer. */
    public boolean isKept() {
        return kept;
    }

    /** Whether what is kept belongs into a checkpoint; else it can be made again from what does. */
    public boolean isStored() {
        return form != null;
    }

    /** What is written into a checkpoint, of an RDD that is kept. */
    public DatasetRdd<?> stored(DatasetRdd<?> rdd) {
        return form().stored().apply(rdd);
    }

    /** What is kept, from records as they were written. */
    public DatasetRdd<?> restored(DatasetRdd<?> records) {
        return form().restored().apply(records);
    }

    Kept form() {
        return Objects.requireNonNull(form, "what is kept and not stored");
    }

    /** The uid under which the data of this node is found in a checkpoint; empty when it has none. */
    public String keptUid() {
        return keptUid;
    }

    /** What must be the same in a program that takes this data up. */
    public String shape() {
        return shape;
    }

    final void storedAs(String uid, String shape) {
        this.keptUid = uid;
        this.shape = shape;
    }

    /** For how long the RDDs are kept in any case, where others are for {@code least}. */
    Duration leastKept(Duration least) {
        return least;
    }

    /** Whether the RDD is kept already when it is made, so that a level of the program changes nothing. */
    public boolean keepsItself() {
        return false;
    }

    public Optional<StorageLevel> level() {
        return Optional.ofNullable(level);
    }

    Optional<String> uid() {
        return Optional.ofNullable(uid);
    }

    /** What people see: the name given, else the operation. */
    public String displayName() {
        return name == null ? site.operator() : name;
    }

    final void uid(String uid) {
        graph.mustBeOpen("uid(\"" + uid + "\")");
        named.uid = Uids.checked(uid, site);
    }

    final void name(String name) {
        graph.mustBeOpen("name(\"" + name + "\")");
        named.name = name;
        this.name = name;
    }

    /** The step of this operation that has the uid: one that keeps something. */
    final StreamNode namedBy(StreamNode step) {
        named = step;
        return this;
    }

    final void persist(StorageLevel level) {
        graph.mustBeOpen("persist(" + level + ")");
        this.level = level;
    }

    final void onError(ErrorPolicy policy) {
        graph.mustBeOpen("onError");
        if (!RECORD_WISE.contains(site.operator())) {
            throw new IllegalArgumentException("ACQ-0901 onError on " + site
                    + ": only operators that take record by record have it ("
                    + String.join(", ", RECORD_WISE.stream().sorted().toList())
                    + "); for the output as a whole use Output.onError");
        }
        site.policy(present(policy, "onError"));
    }

    final ErrorPolicy present(@Nullable ErrorPolicy policy, String setting) {
        if (policy == null) {
            throw new IllegalArgumentException("ACQ-0926 " + setting + "(null) on " + site
                    + ": give ErrorPolicy.fail(), skip() or deadLetter(sink)");
        }
        return policy;
    }

    final void checkpoint(Duration interval) {
        graph.mustBeOpen("checkpoint(" + interval + ")");
        if (interval.isZero() || interval.isNegative() || interval.toMillis() % slide.toMillis() != 0) {
            throw new IllegalArgumentException("ACQ-0902 checkpoint interval " + interval + " of " + site
                    + ": must be a multiple of its slide " + slide);
        }
        this.checkpointInterval = interval;
    }

    /** The interval given, else the least multiple of the slide that is 10 s or more. */
    public Duration checkpointInterval() {
        if (checkpointInterval != null) {
            return checkpointInterval;
        }
        long slides = (CHECKPOINT_EVERY.toMillis() + slide.toMillis() - 1) / slide.toMillis();
        return slide.multipliedBy(Math.max(1, slides));
    }

    @Override
    public String toString() {
        return "#" + number + " " + displayName() + (named.uid == null ? "" : " '" + named.uid + "'") + " at "
                + site.callSite();
    }
}
