/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.Rdds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The program of one context: its streams and outputs in the order of definition. Open until the context starts; definition
 * is for one thread.
 */
public final class StreamGraph {
    private final StreamingContext context;
    private final Rdds rdds;
    private final StreamingConf conf;
    private final Duration batchInterval;
    private final List<StreamNode> nodes = new ArrayList<>();
    private final List<InputNode> inputs = new ArrayList<>();
    private final List<OutputNode> outputs = new ArrayList<>();
    private final Set<String> droppable = new HashSet<>();
    private Retention retention = Retention.NONE;
    private @Nullable String closedBecause;
    private @Nullable String checkpointDirectory;
    private @Nullable Site checkpointedAt;
    private @Nullable Site queuedAt;
    private @Nullable Duration remember;
    private @Nullable Time startedAt;
    private @Nullable BiFunction<StreamNode, Time, DatasetRdd<?>> running;

    public StreamGraph(StreamingContext context, Rdds rdds, StreamingConf conf, Duration batchInterval) {
        this.context = context;
        this.rdds = rdds;
        this.conf = conf;
        this.batchInterval = batchInterval;
    }

    public StreamingContext context() {
        return context;
    }

    public Rdds rdds() {
        return rdds;
    }

    public StreamingConf conf() {
        return conf;
    }

    public Duration batchInterval() {
        return batchInterval;
    }

    public List<InputNode> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    public List<OutputNode> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    /** How long RDDs are kept: at least for one batch more. */
    public Duration remember() {
        return remember == null || remember.compareTo(batchInterval) < 0 ? batchInterval : remember;
    }

    public void remember(Duration d) {
        mustBeOpen("remember(" + d + ")");
        if (d.isZero() || d.isNegative()) {
            throw new IllegalArgumentException("ACQ-0911 remember(" + d + "): must be above 0");
        }
        remember = d;
    }

    /** Says which data of a checkpoint may be dropped: by the uid of what kept it. */
    public void allowDroppedState(String... uids) {
        mustBeOpen("allowDroppedState(" + String.join(", ", uids) + ")");
        droppable.addAll(List.of(uids));
    }

    public Optional<String> checkpointDirectory() {
        return Optional.ofNullable(checkpointDirectory);
    }

    /** Sets the checkpoint directory; the same again has no effect. */
    public void checkpoint(String directory) {
        mustBeOpen("checkpoint(\"" + directory + "\")");
        if (directory.equals(checkpointDirectory)) {
            return;
        }
        if (checkpointDirectory != null) {
            throw new IllegalStateException("ACQ-0912 checkpoint directory is " + checkpointDirectory + ", set at "
                    + checkpointedAt + "; another one, " + directory + ", is refused");
        }
        checkpointedAt = Site.of("checkpoint");
        checkpointDirectory = directory;
        rdds.checkpointDirectory(directory);
        refuseQueueWithCheckpoint();
    }

    /** A queue lives in memory alone: it cannot be read again after a crash. */
    private void refuseQueueWithCheckpoint() {
        if (queuedAt != null && checkpointedAt != null) {
            throw new IllegalStateException("ACQ-0913 " + queuedAt + " cannot be recovered, but " + checkpointedAt
                    + " asks for recovery: remove one of them");
        }
    }

    /** A stream from a source. */
    public <T> SourceStream<T> input(String operation, InputNode.Origin origin) {
        mustBeOpen(operation);
        Site site = Site.of(operation);
        if (origin instanceof InputNode.Queued) {
            queuedAt = site;
            refuseQueueWithCheckpoint();
        }
        InputNode node = new InputNode(this, site, inputs.size(), origin);
        inputs.add(node);
        return new SourceStream<>(node);
    }

    /** A node made from parents of this graph with one slide. */
    DerivedNode derive(Site site, List<StreamNode> parents, DerivedNode.Step step) {
        mustBeOpen(site.operator());
        if (parents.isEmpty()) {
            throw new IllegalArgumentException("ACQ-0914 " + site + " of no stream: give at least one");
        }
        StreamNode first = parents.get(0);
        for (StreamNode parent : parents) {
            if (parent.graph() != this) {
                throw new IllegalArgumentException("ACQ-0915 " + site + " mixes streams of two contexts: " + first
                        + " and " + parent + "; make both from one StreamingContext");
            }
            if (!parent.slide().equals(first.slide())) {
                throw new IllegalArgumentException("ACQ-0916 " + site + " of streams with different slides: " + first
                        + " every " + Durations.text(first.slide()) + ", " + parent + " every "
                        + Durations.text(parent.slide()));
            }
        }
        return new DerivedNode(this, site, parents, step);
    }

    OutputNode output(Site site, StreamNode input, OutputNode.Action action) {
        mustBeOpen(site.operator());
        OutputNode output = new OutputNode(this, site, input, action);
        outputs.add(output);
        return output;
    }

    int add(StreamNode node) {
        nodes.add(node);
        return nodes.size() - 1;
    }

    /** Refuses a definition once the context has started. */
    void mustBeOpen(String operation) {
        if (closedBecause != null) {
            throw new IllegalStateException("ACQ-0917 " + operation + " on a context that is " + closedBecause
                    + ": define streams and outputs before start()");
        }
    }

    /** From now on no definition is accepted; {@code state} says why. */
    public void close(String state) {
        closedBecause = state;
    }

    /** Settles what the definition left open, before the first batch; refuses a program that would do nothing. */
    public void settle() {
        if (outputs.isEmpty()) {
            throw new IllegalStateException(
                    "ACQ-0918 no output operation: nothing would run; add print(), foreachRDD(..) or another output");
        }
        Uids uids = new Uids(checkpointDirectory != null);
        nodes.forEach(node -> node.uid().ifPresent(uid -> uids.given(uid, node.site())));
        outputs.forEach(output -> output.uid().ifPresent(uid -> uids.given(uid, output.site())));
        List<String> chains = new ArrayList<>();
        for (StreamNode node : nodes) {
            StringBuilder chain = new StringBuilder();
            for (StreamNode parent : node.parents()) {
                chain.append(chain.isEmpty() ? "" : "+").append(chains.get(parent.number()));
            }
            if (node.parents().isEmpty() || node.parents().get(0).site() != node.site()) {
                chain.append(chain.isEmpty() ? "" : ".").append(node.site().operator());
            }
            if (node instanceof InputNode input) {
                chain.append('(').append(input.origin().name()).append(')');
            }
            String derived = chain.toString();
            String uid = node.uid().orElseGet(() -> owns(node) ? uids.derived(derived, node.site()) : derived);
            chains.add(uid);
            node.site().uid(uid);
        }
        for (OutputNode output : outputs) {
            String chain =
                    chains.get(output.input().number()) + "." + output.site().operator();
            output.site().uid(output.uid().orElseGet(() -> uids.derived(chain, output.site())));
        }
        retention = Retention.of(nodes, outputs, remember());
        nameWhatIsStored(uids);
    }

    /**
     * An operation of several steps has its uid by now. Two of them may be stored: a window over an input keeps the input's
     * records, and a window over that window keeps its own.
     */
    private void nameWhatIsStored(Uids uids) {
        Map<String, Site> stored = new HashMap<>();
        Retention needed = Retention.of(nodes, outputs, Duration.ZERO);
        for (StreamNode node : retention.carried()) {
            String shape = Durations.text(needed.lengthOf(node)) + " every " + Durations.text(node.slide());
            if (node instanceof StateNode<?, ?, ?, ?> state) {
                state.stateStoredAs(node.site().operator());
            }
            if (node.isStored()) {
                String first = node.site().uid() + "#" + node.form().role();
                String uid = stored.putIfAbsent(first, node.site()) == node.site() ? first + "~2" : first;
                node.storedAs(uids.derived(uid, node.site()), shape);
            }
        }
    }

    /** How long after a batch what it brought may still be in a window, or in a window over windows; zero without windows. */
    public Duration longestWindow() {
        Map<StreamNode, Duration> back = new HashMap<>();
        Duration longest = Duration.ZERO;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Duration later = back.getOrDefault(nodes.get(i), Duration.ZERO);
            for (StreamNode.Need need : nodes.get(i).needs()) {
                Duration all = later.plus(need.back());
                back.merge(need.node(), all, (one, other) -> one.compareTo(other) < 0 ? other : one);
                longest = longest.compareTo(all) < 0 ? all : longest;
            }
        }
        return longest;
    }

    /** Uids whose data may be dropped. */
    public Set<String> droppable() {
        return Collections.unmodifiableSet(droppable);
    }

    /** What is made in each batch, and how long it is kept; known once the program is settled. */
    public Retention retention() {
        return retention;
    }

    /** Whether a uid stands for something that lasts: letters, state, or where a source stands. */
    private static boolean owns(StreamNode node) {
        return node.site().tolerant() || node instanceof StateNode || node instanceof InputNode;
    }

    /** How the RDD of a node and a batch is found while the context runs. */
    public void running(Time start, BiFunction<StreamNode, Time, DatasetRdd<?>> lookup) {
        startedAt = start;
        running = lookup;
    }

    /** The times from {@code from} to {@code to} at which a node has a batch; none before the start. */
    List<Time> timesOf(StreamNode node, Time from, Time to) {
        List<Time> times = new ArrayList<>();
        Time start = startedAt;
        if (start == null) {
            throw notStarted(node, from);
        }
        long slide = node.slide().toMillis();
        long slides = Math.max(1, Math.floorDiv(from.milliseconds() - start.milliseconds() + slide - 1, slide));
        for (Time t = new Time(start.milliseconds() + slides * slide); t.compareTo(to) <= 0; t = t.plus(node.slide())) {
            times.add(t);
        }
        return times;
    }

    DatasetRdd<?> rddOf(StreamNode node, Time time) {
        if (running == null) {
            throw notStarted(node, time);
        }
        return running.apply(node, time);
    }

    private static IllegalStateException notStarted(StreamNode node, Time time) {
        return new IllegalStateException(
                "ACQ-0919 the RDD of " + node + " at " + time + ": there is none before the context has started");
    }

    /** The program as text: outputs, and below each the streams that lead to it. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        for (OutputNode output : outputs) {
            text.append("output ").append(output).append('\n');
            describe(output.input(), 1, text);
        }
        return text.toString();
    }

    /** Leaves out the steps of one operation. */
    private static StreamNode beyond(StreamNode node, Site site) {
        return node.site() == site ? beyond(node.parents().get(0), site) : node;
    }

    private static void describe(StreamNode node, int depth, StringBuilder text) {
        text.append("  ".repeat(depth)).append(node);
        if (node instanceof InputNode input) {
            text.append(" from ").append(input.origin().name());
        }
        text.append(" every ").append(Durations.text(node.slide()));
        node.level().ifPresent(level -> text.append(", kept ").append(level));
        text.append('\n');
        node.parents().forEach(parent -> describe(beyond(parent, node.site()), depth + 1, text));
    }

    /** The program as a picture shows it; uids are known once it is settled. */
    public GraphView view() {
        Set<StreamNode> drawn = new TreeSet<>(Comparator.comparingInt(StreamNode::number));
        List<GraphView.Arrow> arrows = new ArrayList<>();
        outputs.forEach(output -> draw(output.input(), drawn));
        List<GraphView.Box> boxes = new ArrayList<>();
        for (StreamNode node : drawn) {
            boxes.add(box(node));
            node.parents().stream()
                    .map(parent -> id(beyond(parent, node.site())))
                    .distinct()
                    .forEach(from -> arrows.add(new GraphView.Arrow(from, id(node))));
        }
        for (OutputNode output : outputs) {
            String id = "o" + outputs.indexOf(output);
            boxes.add(box(output, id));
            arrows.add(new GraphView.Arrow(id(output.input()), id));
        }
        return new GraphView(conf.get(StreamingConf.APP_NAME), batchInterval, checkpointDirectory(), boxes, arrows);
    }

    private static void draw(StreamNode node, Set<StreamNode> drawn) {
        if (drawn.add(node)) {
            node.parents().forEach(parent -> draw(beyond(parent, node.site()), drawn));
        }
    }

    private static String id(StreamNode node) {
        return "n" + node.number();
    }

    private GraphView.Box box(StreamNode node) {
        Optional<String> source =
                node instanceof InputNode input ? Optional.of(input.origin().name()) : Optional.empty();
        boolean keeps = nodes.stream()
                .anyMatch(step -> step.site() == node.site() && (step instanceof StateNode || step.isStored()));
        GraphView.Kind kind =
                source.isPresent() ? GraphView.Kind.SOURCE : keeps ? GraphView.Kind.STATEFUL : GraphView.Kind.OPERATION;
        return new GraphView.Box(
                id(node),
                kind,
                node.displayName(),
                node.site().operator(),
                node.site().uid(),
                node.site().callSite(),
                source,
                node.slide(),
                node.level().map(Object::toString));
    }

    private static GraphView.Box box(OutputNode output, String id) {
        return new GraphView.Box(
                id,
                GraphView.Kind.OUTPUT,
                output.displayName(),
                output.site().operator(),
                output.site().uid(),
                output.site().callSite(),
                Optional.empty(),
                output.input().slide(),
                Optional.empty());
    }
}
