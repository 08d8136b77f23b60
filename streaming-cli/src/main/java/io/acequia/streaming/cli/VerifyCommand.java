/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection.Listed;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection.State;
import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.JournalContent;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.ingest.KeptBlocks;
import io.acequia.streaming.internal.log.LogDamagedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads everything, and says what a start would do. */
@Command(
        name = "verify",
        description = {
            "Reads every byte of every checkpoint, of the journal and of the logs of sources, and says which checkpoint a start"
                    + " would take, how many batches it would run again, and what it would refuse.",
            "Records of classes that are here are decoded, others only compared with their checksums: --classpath.",
            "Exits with 3 when something is damaged or a start would be refused, and says the file, the byte, why, and what to"
                    + " do. An unfinished checkpoint and a torn end of a log were never promised to anybody."
        },
        footer = {
            "",
            "Examples:",
            "  acequia checkpoint verify /var/lib/orders --classpath orders.jar",
            "  acequia checkpoint verify /var/lib/orders cp-1793446860000-00000001"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Parameters(
            index = "1..*",
            paramLabel = "NAME",
            arity = "0..*",
            description = "Only these checkpoints, and the one that a start would take.")
    private @Nullable List<String> names;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private Decoding decoding;

    @Override
    public Integer call() throws IOException {
        try (JobFolder folder = JobFolder.open(directory, spec);
                Decoding.Classes classes = decoding.open()) {
            List<Listed> all = new ArrayList<>();
            if (names == null) {
                all.addAll(folder.checkpoints().list());
            } else {
                for (String name : names) {
                    all.add(folder.named(name, spec));
                }
            }
            DirectoryCheck check = new DirectoryCheck(folder, classes.serializer(), err());
            boolean ok = true;
            for (Listed each : all) {
                ok &= checkpoint(folder, check, each);
            }
            check.unknownClasses().forEach(why -> out().println("  not decoded: " + Printable.line(why)));
            ok &= logs(folder, check);
            return ok ? Acequia.OK : Acequia.DATA_REFUSED;
        }
    }

    private boolean checkpoint(JobFolder folder, DirectoryCheck check, Listed each) throws IOException {
        Optional<IOException> damage = Optional.empty();
        try {
            if (each.damage().isPresent()) {
                throw each.damage().get();
            }
            if (each.manifest().isPresent()) {
                check.mustBeWhole(each.manifest().get());
            }
        } catch (CheckpointRefusedException | DataRefusedException e) {
            damage = Optional.of(e);
        }
        if (damage.isPresent()) {
            if (isGone(folder, each)) {
                out().println(each.name() + ": gone: the job has deleted it meanwhile");
                return true;
            }
            out().println(each.name() + ": DAMAGED");
            err().println("acequia: " + damage.get().getMessage());
            err().println(
                            "  what to do: a start takes an older checkpoint, if one is whole; bring the file back from a copy, and"
                                    + " look at the disk");
            return false;
        }
        out().println(each.name() + ": "
                + switch (each.state()) {
                    case UNFINISHED -> "unfinished: it is being written, or its writer was interrupted";
                    case PUT_ASIDE ->
                        "whole, and put aside: " + each.deaths() + " processes ended while they restored it";
                    default -> "ok, " + whole(each.manifest().orElseThrow());
                });
        return true;
    }

    private static String whole(Manifest manifest) {
        return CheckpointCommand.kind(manifest) + ", "
                + Printable.count(manifest.owners().size(), "owner") + ", "
                + Printable.count(manifest.parts().count(), "part") + ", " + manifest.bytes() + " bytes";
    }

    private static boolean isGone(JobFolder folder, Listed before) throws IOException {
        return folder.checkpoints().list().stream()
                .noneMatch(now -> now.name().equals(before.name()) && now.state() != State.UNFINISHED);
    }

    private boolean logs(JobFolder folder, DirectoryCheck check) throws IOException {
        boolean ok = true;
        Optional<JournalContent> journal = Optional.empty();
        try {
            JournalContent content = check.journal();
            journal = Optional.of(content);
            out().println(Journal.FOLDER + ": ok, " + Printable.count(content.lastSeq(), "record"));
        } catch (LogDamagedException | CheckpointRefusedException e) {
            ok = damaged(Journal.FOLDER, e);
        }
        Map<String, KeptBlocks> received = new TreeMap<>();
        for (String log : folder.receivedLogs()) {
            KeptBlocks blocks = new KeptBlocks();
            try {
                out().println(Printable.line(log) + ": ok, " + WalCommand.whole(check.log(log, blocks)));
                received.put(log, blocks);
            } catch (LogDamagedException e) {
                ok = damaged(Printable.line(log), e);
            }
        }
        return journal.isPresent() && start(folder, check, journal.get(), received, ok);
    }

    private boolean damaged(String log, IOException why) {
        out().println(log + ": DAMAGED");
        err().println("acequia: " + why.getMessage());
        return false;
    }

    private boolean start(
            JobFolder folder,
            DirectoryCheck check,
            JournalContent journal,
            Map<String, KeptBlocks> received,
            boolean ok)
            throws IOException {
        Optional<Manifest> taken = check.takenByAStart();
        boolean others = folder.checkpoints().list().stream()
                .anyMatch(each -> each.state() == State.DAMAGED || each.state() == State.READABLE);
        List<JournaledBatch> again;
        try {
            again = check.mustFit(taken, others, journal, received);
        } catch (DataRefusedException e) {
            out().println("a start would be refused");
            err().println("acequia: " + e.getMessage());
            return false;
        }
        if (!ok) {
            out().println("a start would be refused: a log is damaged");
            return false;
        }
        out().println("a start takes "
                + taken.map(Manifest::name).orElse("no checkpoint, since there has been none,")
                + " and runs these batches after it again: " + CheckpointCommand.after(again));
        taken.ifPresent(manifest -> out().println("  the program must have " + needs(manifest, again)));
        return true;
    }

    private static String needs(Manifest manifest, List<JournaledBatch> again) {
        TreeSet<String> uids = new TreeSet<>();
        manifest.positions().forEach(source -> uids.add(source.name()));
        manifest.owners().forEach(owner -> uids.add(owner.uid()));
        again.forEach(batch -> batch.allocations().forEach(allocation -> uids.add(allocation.source())));
        return "batch interval " + Durations.text(manifest.beginning().interval()) + ", parallelism "
                + manifest.beginning().parallelism()
                + (uids.isEmpty()
                        ? ""
                        : ", and a place for "
                                + uids.stream()
                                        .map(uid -> "'" + Printable.line(uid) + "'")
                                        .collect(Collectors.joining(", ")));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
