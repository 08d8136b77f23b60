/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists, shows and replays the letters that {@code DeadLetterSink.toFiles} wrote. */
@Command(
        name = "deadletter",
        description = "Lists, shows and replays records that were put aside by 'onError' or 'onPoison'.",
        subcommands = ReplayCommand.class,
        synopsisSubcommandLabel = "(ls | show | replay)",
        footer = {
            "",
            "DIR is the directory that DeadLetterSink.toFiles was given.",
            "",
            "Examples:",
            "  acequia deadletter ls letters",
            "  acequia deadletter show letters --output parse --limit 5",
            "  acequia deadletter replay letters --listen 9999",
            "  acequia deadletter replay letters --batch 1793446861000 --to incoming/again.txt --delete",
            "",
            "Exit codes: 0 ok, 1 the replay failed, 2 the command was not understood, 3 a file holds what is no letter."
        })
final class DeadLetterCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: ls DIR, show DIR or replay DIR");
    }

    @Command(
            name = "ls",
            description = "A line for each batch and output: the batch time, the output, how many letters.",
            footer = {"", "Example:", "  acequia deadletter ls letters"})
    int ls(@Mixin LetterSelection selection) throws IOException {
        Map<List<String>, Long> counts = new LinkedHashMap<>();
        for (LetterFile file : files(selection)) {
            String at = Instant.ofEpochMilli(file.batchTime()).toString();
            List<String> key = List.of(Long.toString(file.batchTime()), at, Printable.line(file.output()));
            file.forEach(letter -> counts.merge(key, 1L, Long::sum));
        }
        if (counts.isEmpty()) {
            out().println(selection.none());
            return Acequia.OK;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("BATCH", "AT", "OUTPUT", "LETTERS"));
        counts.forEach((key, count) -> {
            List<String> row = new ArrayList<>(key);
            row.add(count.toString());
            rows.add(row);
        });
        Printable.columns(rows).forEach(out()::println);
        return Acequia.OK;
    }

    @Command(
            name = "show",
            description = "Shows letters: batch time, origin, position, what was thrown, and the record as text.",
            footer = {"", "Example:", "  acequia deadletter show letters --output parse --limit 5"})
    int show(
            @Mixin LetterSelection selection,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "At most so many (default: ${DEFAULT-VALUE}).")
                    int limit)
            throws IOException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "ACQ-2223 --limit " + limit + ": must be at least 1");
        }
        long[] seen = {0};
        for (LetterFile file : files(selection)) {
            file.forEach(letter -> {
                if (seen[0]++ < limit) {
                    show(letter);
                }
            });
        }
        if (seen[0] == 0) {
            out().println(selection.none());
        } else if (seen[0] > limit) {
            out().println(Printable.count(seen[0] - limit, "more letter") + ": see --limit");
        }
        return Acequia.OK;
    }

    private void show(Letter letter) {
        out().println(letter.batchTime() + "  " + Printable.line(letter.origin() + ", " + letter.position()));
        out().println("    cause: " + Printable.line(letter.cause()));
        out().println("    text:  " + Printable.line(letter.text()));
    }

    private List<LetterFile> files(LetterSelection selection) throws IOException {
        try {
            return selection.files();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
