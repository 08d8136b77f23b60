/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Named;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.RefusedRecordsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what one checkpoint holds. */
@Command(
        name = "inspect",
        description = {
            "Shows what a checkpoint holds: how the job began, where its sources stand, what keeps data and how much, sums and"
                    + " learned rates; with --state or --batches the data itself.",
            "Data of classes that are not here is not shown; the class is named: --classpath gives the jar of the program."
        },
        footer = {
            "",
            "Examples:",
            "  acequia checkpoint inspect /var/lib/orders",
            "  acequia checkpoint inspect /var/lib/orders --state counts --key water",
            "  acequia checkpoint inspect /var/lib/orders --batches window#0 --limit 5 --classpath orders.jar"
        })
final class InspectCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Parameters(
            index = "1",
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = "",
            description = "The checkpoint (default: the newest one whose manifest can be read).")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
            names = "--state",
            paramLabel = "UID",
            description = "Show the keys and states of the operation with that uid.")
    private @Nullable String state;

    @Option(names = "--key", paramLabel = "TEXT", description = "Only the key that reads so.")
    private @Nullable String key;

    @Option(names = "--batches", paramLabel = "UID", description = "Show the records of the batches that it keeps.")
    private @Nullable String batches;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many keys, or records of each batch (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private Decoding decoding;

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw JobFolder.usage(spec, "ACQ-2265 --limit " + limit + ": must be at least 1");
        }
        try (JobFolder folder = JobFolder.open(directory, spec);
                Decoding.Classes classes = decoding.open()) {
            Manifest manifest = folder.manifest(name, spec);
            RecordSerializer serializer = classes.serializer();
            if (state != null) {
                printState(folder, owner(manifest, state, Kind.STATE), serializer);
            } else if (batches != null) {
                printBatches(folder, owner(manifest, batches, Kind.BATCHES), serializer);
            } else {
                print(folder, manifest, serializer);
            }
        }
        return Acequia.OK;
    }

    private Owner owner(Manifest manifest, String uid, Kind kind) {
        return manifest.owner(uid)
                .filter(owner -> owner.kind() == kind)
                .orElseThrow(() -> JobFolder.usage(
                        spec,
                        "ACQ-2271 checkpoint " + manifest.name() + " keeps no "
                                + (kind == Kind.STATE ? "state" : "batches") + " of '" + Printable.line(uid)
                                + "': there are "
                                + manifest.owners().stream()
                                        .map(owner -> kindOf(owner) + " '" + Printable.line(owner.uid()) + "'")
                                        .collect(Collectors.joining(", "))));
    }

    private static String kindOf(Owner owner) {
        return owner.kind() == Kind.STATE ? "state" : "batches";
    }

    private void print(JobFolder folder, Manifest manifest, RecordSerializer serializer) throws IOException {
        out().println("checkpoint " + manifest.name());
        line("job", folder.job() + ", " + manifest.app());
        line("batch", Printable.time(manifest.time()) + " (" + manifest.time().milliseconds() + ")");
        line(
                "began",
                Printable.time(manifest.beginning().zero()) + ", interval "
                        + Durations.text(manifest.beginning().interval()) + ", parallelism "
                        + manifest.beginning().parallelism());
        line(
                "written",
                CheckpointCommand.kind(manifest) + ", " + CheckpointCommand.ownBytes(manifest) + " bytes of "
                        + manifest.bytes() + "; the journal had "
                        + Printable.count(manifest.journal(), "record"));
        for (Named source : manifest.positions()) {
            line("source", "'" + source.name() + "' stands at " + source.text());
        }
        for (Owner owner : manifest.owners()) {
            print(folder.checkpoints(), owner, serializer);
        }
        for (Named value : manifest.values()) {
            if (value.name().startsWith(Manifest.SUM)) {
                line("sum", value.name().substring(Manifest.SUM.length()) + " = " + sum(value.text(), serializer));
            } else if (value.name().startsWith(Manifest.RATE)) {
                line(
                        "rate",
                        value.name().substring(Manifest.RATE.length()) + ": "
                                + value.text().split(" ", -1)[0] + " records a second");
            } else {
                line("value", value.name() + " = " + value.text());
            }
        }
    }

    private void line(String what, String text) {
        out().println("  " + what + " ".repeat(Math.max(1, 9 - what.length())) + Printable.line(text));
    }

    /** A sum as a checkpoint holds it. */
    static String sum(String text, RecordSerializer serializer) {
        try {
            Iterator<Object> value =
                    serializer.read(List.of(Base64.getDecoder().decode(text)).iterator());
            return value.hasNext() ? Printable.value(value.next()) : "nothing";
        } catch (RuntimeException e) {
            return notShown(e);
        }
    }

    private static String notShown(RuntimeException e) {
        return "not shown: " + e.getMessage() + hint(e);
    }

    /** How the command may get to know a class. */
    static String hint(RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        return why.contains("is not found")
                ? " by --classpath"
                : why.contains("is not registered") ? "; here: --register" : "";
    }

    private void print(CheckpointInspection checkpoints, Owner owner, RecordSerializer serializer) throws IOException {
        long parts =
                owner.pieces().stream().mapToLong(piece -> piece.parts().size()).sum();
        line(kindOf(owner), "'" + owner.uid() + "' of " + owner.operation());
        out().println("             shape  " + Printable.line(owner.shape()));
        out().println((owner.kind() == Kind.STATE ? "             after  " : "             times  ")
                + Printable.line(owner.times().stream().map(Printable::time).collect(Collectors.joining(", "))));
        out().println("             files  " + Printable.count(owner.pieces().size(), "piece") + ", "
                + Printable.count(parts, "part") + ", " + owner.bytes() + " bytes");
        String holds;
        try {
            holds = owner.kind() == Kind.STATE
                    ? Printable.count(new KeyedState(checkpoints, owner, serializer).count(), "key")
                    : records(checkpoints, owner, serializer);
        } catch (RefusedRecordsException e) {
            holds = "not counted: " + e.getMessage() + hint(e);
        }
        out().println("             holds  " + Printable.line(holds));
    }

    private static String records(CheckpointInspection checkpoints, Owner owner, RecordSerializer serializer)
            throws IOException {
        List<String> counts = new ArrayList<>();
        for (Time time : owner.times()) {
            long count = 0;
            for (Iterator<Object> records = records(checkpoints, owner, time, serializer); records.hasNext(); ) {
                records.next();
                count++;
            }
            counts.add(Long.toString(count));
        }
        return counts.isEmpty() ? "no records" : String.join(", ", counts) + " records";
    }

    /** The records of a kept batch, partition after partition. */
    private static Iterator<Object> records(
            CheckpointInspection checkpoints, Owner owner, Time time, RecordSerializer serializer) throws IOException {
        for (Piece piece : owner.pieces()) {
            int section = piece.times().indexOf(time);
            if (section >= 0) {
                List<Iterator<Object>> partitions = new ArrayList<>();
                for (Part part : piece.parts()) {
                    checkpoints.verify(part, piece.times().size());
                    partitions.add(checkpoints.records(part, section, serializer));
                }
                return partitions.stream()
                        .flatMap(each -> {
                            Iterable<Object> once = () -> each;
                            return StreamSupport.stream(once.spliterator(), false);
                        })
                        .iterator();
            }
        }
        return List.<Object>of().iterator();
    }

    private void printState(JobFolder folder, Owner owner, RecordSerializer serializer) throws IOException {
        KeyedState keys = new KeyedState(folder.checkpoints(), owner, serializer);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("KEY", "DUE", "STATE"));
        long more = 0;
        try {
            for (int pass = 0; pass < keys.passes(); pass++) {
                for (StateChange<Object, Object> each : keys.share(
                                pass,
                                keys.passes(),
                                one -> key == null || Printable.value(one).equals(key))
                        .values()) {
                    if (rows.size() <= limit) {
                        Time due = each.due();
                        rows.add(List.of(
                                Printable.value(each.key()),
                                due == null ? "-" : Printable.time(due),
                                Printable.value(each.state())));
                    } else {
                        more++;
                    }
                }
            }
        } catch (RefusedRecordsException e) {
            out().println(Printable.line(notShown(e)));
            return;
        }
        if (rows.size() == 1) {
            out().println(key == null ? "no keys" : "no key '" + Printable.line(key) + "'");
            return;
        }
        Printable.columns(rows).forEach(out()::println);
        if (more > 0) {
            out().println("… " + more + " more: --limit");
        }
    }

    private void printBatches(JobFolder folder, Owner owner, RecordSerializer serializer) throws IOException {
        for (Time time : owner.times()) {
            out().println("batch " + Printable.time(time) + " (" + time.milliseconds() + "):");
            try {
                Iterator<Object> records = records(folder.checkpoints(), owner, time, serializer);
                for (int shown = 0; shown < limit && records.hasNext(); shown++) {
                    out().println("  | " + Printable.value(records.next()));
                }
                long more = 0;
                for (; records.hasNext(); records.next()) {
                    more++;
                }
                if (more > 0) {
                    out().println("  | … " + more + " more");
                }
            } catch (RefusedRecordsException e) {
                out().println("  " + Printable.line(notShown(e)));
            }
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
