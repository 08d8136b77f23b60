/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.checkpoint.CheckpointInspection.Listed;
import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.JournalContent;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.log.LogDamagedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks into the checkpoints of a job, judges, compares and copies them. Never writes where the job does. */
@Command(
        name = "checkpoint",
        description = {
            "Looks into the checkpoints of a job, and judges, compares and copies them.",
            "A checkpoint holds the state of a job after a batch. The journal beside it knows the batches after that one: a"
                    + " start takes the newest checkpoint that is whole, and runs those batches again.",
            "All of this only reads, but for the target of a copy, and works beside a job that runs."
        },
        subcommands = {InspectCommand.class, VerifyCommand.class, DiffCommand.class, CopyCommand.class},
        synopsisSubcommandLabel = "(ls | inspect | verify | diff | copy)",
        footer = {
            "",
            "DIR is the checkpoint directory of a job, NAME a checkpoint as 'checkpoint ls' shows it.",
            "",
            "Examples:",
            "  acequia checkpoint ls /var/lib/orders",
            "  acequia checkpoint inspect /var/lib/orders --state counts --key water",
            "  acequia checkpoint verify /var/lib/orders",
            "  acequia checkpoint diff /var/lib/orders cp-1793446860000-00000001 cp-1793446870000-00000001",
            "  acequia checkpoint copy /var/lib/orders /backup/orders --online",
            "",
            "Exit codes: 0 ok, 2 the command was not understood, 3 a file is damaged, or the copy was refused."
        })
final class CheckpointCommand implements Runnable {
    static final String DIRECTORY = "The checkpoint directory of a job.";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do: ls DIR, inspect DIR, verify DIR, diff DIR … or copy DIR TARGET");
    }

    @Command(
            name = "ls",
            description = {
                "A line for each checkpoint, the newest first: the batch that it covers, whether it stands alone or builds upon"
                        + " a base, its own bytes and all that it needs, how much keeps data in it, how it looks, and how"
                        + " many batches the journal has after it.",
                "Reads manifests only, so it also lists a checkpoint whose parts are damaged: 'checkpoint verify' judges."
            },
            footer = {"", "Example:", "  acequia checkpoint ls /var/lib/orders"})
    int ls(@Parameters(paramLabel = "DIR", description = DIRECTORY) Path directory) throws IOException {
        try (JobFolder folder = JobFolder.open(directory, spec)) {
            Optional<JournalContent> journal = Optional.empty();
            String trouble = "";
            try {
                journal = Optional.of(JournalContent.read(folder.storage(), folder.job(), (type, at, payload) -> {}));
            } catch (LogDamagedException | CheckpointRefusedException e) {
                trouble = "the journal is damaged: " + e.getMessage();
            }
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("CHECKPOINT", "BATCH", "KIND", "BYTES", "OF ALL", "OWNERS", "JOURNAL AFTER IT", "STATE"));
            for (Listed each : folder.checkpoints().list()) {
                rows.add(row(each, journal));
            }
            if (rows.size() == 1) {
                spec.commandLine().getOut().println("no checkpoint yet; " + beginning(journal));
            } else {
                Printable.columns(rows).forEach(spec.commandLine().getOut()::println);
            }
            if (!trouble.isEmpty()) {
                spec.commandLine().getErr().println("acequia: " + trouble);
            }
        }
        return Acequia.OK;
    }

    private static String beginning(Optional<JournalContent> journal) {
        return journal.flatMap(content -> Optional.ofNullable(content.beginning())
                        .map(beginning -> "the journal has " + after(content.batchesAfter(beginning.zero()))))
                .orElse("and the journal holds nothing that can be read");
    }

    private static List<String> row(Listed each, Optional<JournalContent> journal) {
        Optional<Manifest> manifest = each.manifest();
        String batch = each.millis() + " " + Instant.ofEpochMilli(each.millis());
        String state =
                switch (each.state()) {
                    case READABLE ->
                        each.isCandidate()
                                ? "readable"
                                : "to be put aside: " + each.deaths() + " processes ended while they restored it";
                    case DAMAGED ->
                        "damaged: "
                                + Printable.line(String.valueOf(each.damage()
                                        .map(CheckpointRefusedException::getMessage)
                                        .orElse("")));
                    case PUT_ASIDE -> "put aside: " + each.deaths() + " processes ended while they restored it";
                    case UNFINISHED -> "unfinished: it is being written, or its writer was interrupted";
                };
        if (manifest.isEmpty()) {
            return List.of(each.name(), batch, "-", "-", "-", "-", "-", state);
        }
        Manifest of = manifest.get();
        return List.of(
                each.name(),
                batch,
                kind(of),
                Long.toString(ownBytes(of)),
                Long.toString(of.bytes()),
                Integer.toString(of.owners().size()),
                journal.map(content -> after(content.batchesAfter(of.time()))).orElse("-"),
                state);
    }

    static String after(List<JournaledBatch> pending) {
        long done = pending.stream().filter(JournaledBatch::done).count();
        return pending.isEmpty() ? "none" : pending.size() + " (" + done + " done)";
    }

    static String kind(Manifest manifest) {
        return manifest.isBase()
                ? "base"
                : "increment " + manifest.increments() + " of " + Printable.line(manifest.base());
    }

    static long ownBytes(Manifest manifest) {
        return manifest.parts()
                .filter(part -> part.file().startsWith(manifest.name() + "/"))
                .mapToLong(Part::bytes)
                .sum();
    }
}
