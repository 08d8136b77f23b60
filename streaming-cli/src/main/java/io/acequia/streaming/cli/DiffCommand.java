/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.RefusedRecordsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two checkpoints, of one directory or of two. */
@Command(
        name = "diff",
        description = {
            "Says what is different between two checkpoints: where sources stand, what keeps data, and of each state how many"
                    + " keys were added, removed and changed, with examples.",
            "Two names are checkpoints of DIR; one directory instead of them compares the newest of both."
        },
        footer = {
            "",
            "Examples:",
            "  acequia checkpoint diff /var/lib/orders cp-1793446860000-00000001 cp-1793446870000-00000001",
            "  acequia checkpoint diff /backup/orders /var/lib/orders --limit 3 --classpath orders.jar"
        })
final class DiffCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Parameters(
            index = "1..*",
            paramLabel = "NAME NAME|DIR",
            arity = "1..2",
            description = "Two checkpoints of DIR, the older first; or another directory.")
    @SuppressWarnings("NullAway.Init")
    private List<String> others;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "10",
            description = "At most so many examples of each state (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private Decoding decoding;

    /** A checkpoint and where it is. */
    private record Side(JobFolder folder, Manifest manifest) {}

    @Override
    public Integer call() throws IOException {
        if (limit < 0) {
            throw JobFolder.usage(spec, "ACQ-2280 --limit " + limit + ": must not be negative");
        }
        boolean two = others.size() == 1;
        try (JobFolder first = JobFolder.open(directory, spec);
                JobFolder second = JobFolder.open(two ? Path.of(others.get(0)) : directory, spec);
                Decoding.Classes classes = decoding.open()) {
            Side before = new Side(first, first.manifest(two ? "" : others.get(0), spec));
            Side after = new Side(second, second.manifest(two ? "" : others.get(1), spec));
            out().println("before: " + title(before));
            out().println("after:  " + title(after));
            named(
                    "source",
                    texts(before.manifest().positions(), ""),
                    texts(after.manifest().positions(), ""),
                    text -> text);
            owners(before, after, classes.serializer());
            named(
                    "sum",
                    texts(before.manifest().values(), Manifest.SUM),
                    texts(after.manifest().values(), Manifest.SUM),
                    text -> InspectCommand.sum(text, classes.serializer()));
        }
        return Acequia.OK;
    }

    private static String title(Side side) {
        return side.manifest().name() + ", batch "
                + Printable.time(side.manifest().time()) + ", job "
                + side.folder().job();
    }

    private void named(String what, Map<String, String> old, Map<String, String> now, UnaryOperator<String> shown) {
        TreeSet<String> names = new TreeSet<>(old.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String was = old.get(name);
            String is = now.get(name);
            if (!Objects.equals(was, is)) {
                change(what, name, was == null ? null : shown.apply(was), is == null ? null : shown.apply(is));
            }
        }
    }

    /** Those whose names begin so, by the rest of the name. */
    private static Map<String, String> texts(List<Named> all, String prefix) {
        return all.stream()
                .filter(each -> each.name().startsWith(prefix))
                .collect(Collectors.toMap(each -> each.name().substring(prefix.length()), Named::text, (a, b) -> b));
    }

    private void change(String what, String name, @Nullable String was, @Nullable String is) {
        String title = Printable.line(what + " '" + name + "'");
        if (was == null) {
            out().println("+ " + title + ": " + Printable.line(String.valueOf(is)));
        } else if (is == null) {
            out().println("- " + title + ": " + Printable.line(was));
        } else {
            out().println("~ " + title + ": " + Printable.line(was + " -> " + is));
        }
    }

    private void owners(Side before, Side after, RecordSerializer serializer) throws IOException {
        TreeMap<String, Owner> old = owners(before);
        TreeMap<String, Owner> now = owners(after);
        TreeSet<String> uids = new TreeSet<>(old.keySet());
        uids.addAll(now.keySet());
        for (String uid : uids) {
            Owner was = old.get(uid);
            Owner is = now.get(uid);
            if (was == null || is == null || was.kind() != is.kind()) {
                change("keeps", uid, was == null ? null : text(was), is == null ? null : text(is));
                continue;
            }
            if (!was.shape().equals(is.shape())) {
                change("shape of", uid, was.shape(), is.shape());
            }
            if (is.kind() == Kind.STATE) {
                states(before, was, after, is, serializer);
            } else if (!was.times().equals(is.times())) {
                change("batches of", uid, times(was), times(is));
            }
        }
    }

    private static TreeMap<String, Owner> owners(Side side) {
        return side.manifest().owners().stream()
                .collect(Collectors.toMap(Owner::uid, owner -> owner, (a, b) -> b, TreeMap::new));
    }

    private static String text(Owner owner) {
        return (owner.kind() == Kind.STATE ? "state" : "batches") + " of " + owner.operation();
    }

    private static String times(Owner owner) {
        return owner.times().isEmpty()
                ? "none"
                : owner.times().size() + " until "
                        + Printable.time(owner.times().get(owner.times().size() - 1));
    }

    private void states(Side before, Owner was, Side after, Owner is, RecordSerializer serializer) throws IOException {
        Comparison comparison = new Comparison(serializer);
        KeyedState old = new KeyedState(before.folder().checkpoints(), was, serializer);
        KeyedState now = new KeyedState(after.folder().checkpoints(), is, serializer);
        int passes = Math.max(old.passes(), now.passes());
        try {
            for (int pass = 0; pass < passes; pass++) {
                comparison.compare(old.share(pass, passes, key -> true), now.share(pass, passes, key -> true));
            }
        } catch (RefusedRecordsException e) {
            out().println(Printable.line(
                    "  state '" + is.uid() + "': not compared: " + e.getMessage() + InspectCommand.hint(e)));
            return;
        }
        out().println("  state " + Printable.line("'" + is.uid() + "'") + ": " + comparison.counts());
        comparison.examples.forEach(example -> out().println("    " + example));
    }

    /** Counts what is different, and keeps the first examples. */
    private final class Comparison {
        private final RecordSerializer serializer;
        private final List<String> examples = new ArrayList<>();
        private long added;
        private long removed;
        private long changed;
        private long same;

        Comparison(RecordSerializer serializer) {
            this.serializer = serializer;
        }

        String counts() {
            return added + " added, " + removed + " removed, " + changed + " changed, " + same + " the same";
        }

        void compare(Map<Object, StateChange<Object, Object>> old, Map<Object, StateChange<Object, Object>> now)
                throws IOException {
            for (StateChange<Object, Object> is : now.values()) {
                Optional<StateChange<Object, Object>> was = Optional.ofNullable(old.remove(is.key()));
                if (was.isEmpty()) {
                    added++;
                    example("+ " + Printable.value(is.key()) + ": " + Printable.value(is.state()));
                } else if (isSame(was.get(), is)) {
                    same++;
                } else {
                    changed++;
                    example("~ " + Printable.value(is.key()) + ": " + text(was.get()) + " -> " + text(is));
                }
            }
            for (StateChange<Object, Object> was : old.values()) {
                removed++;
                example("- " + Printable.value(was.key()) + ": " + Printable.value(was.state()));
            }
        }

        private String text(StateChange<Object, Object> change) {
            return Printable.value(change.state())
                    + (change.due() == null ? "" : " due " + Printable.time(change.due()));
        }

        private void example(String line) {
            if (examples.size() < limit) {
                examples.add(line);
            }
        }

        private boolean isSame(StateChange<Object, Object> was, StateChange<Object, Object> is) throws IOException {
            return Objects.equals(was.due(), is.due())
                    && (Objects.deepEquals(was.state(), is.state())
                            || Arrays.equals(bytes(was.state()), bytes(is.state())));
        }

        /** States of classes without equals are compared as they are written. */
        @SuppressWarnings("NullAway") // states that are there
        private byte[] bytes(@Nullable Object state) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (RecordSerializer.Writer out = serializer.writer((chunk, length) -> bytes.write(chunk, 0, length))) {
                out.add(state);
                out.finish();
            }
            return bytes.toByteArray();
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
