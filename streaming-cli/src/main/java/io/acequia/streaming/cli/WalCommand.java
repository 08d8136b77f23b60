/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.log.LogInspection.Listed;
import io.acequia.streaming.internal.log.LogReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks into the logs of a job; never writes, so it may be used beside the job. */
@Command(
        name = "wal",
        description = {
            "Looks into the logs of a job: what its receivers have received, one log for each source, and the journal of its"
                    + " batches.",
            "Only reads, and works beside a job that runs: an unfinished last segment is normal."
        },
        synopsisSubcommandLabel = "(ls | verify | cat)",
        footer = {
            "",
            "DIR is the checkpoint directory of a job, or the folder of one log.",
            "",
            "Examples:",
            "  acequia wal ls /var/lib/orders",
            "  acequia wal verify /var/lib/orders",
            "  acequia wal cat /var/lib/orders --log lines --from 1200 --limit 5",
            "",
            "Exit codes: 0 ok, 2 the command was not understood, 3 a log is damaged."
        })
final class WalCommand implements Runnable {
    private static final String DIRECTORY = "The checkpoint directory of a job, or the folder of one log.";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: ls DIR, verify DIR or cat DIR");
    }

    @Command(
            name = "ls",
            description = {
                "A line for each segment: its log, its records, its length, whether it is finished, when it was begun.",
                "Reads the ends of the files, so it also lists a log that is damaged: 'wal verify' judges."
            },
            footer = {"", "Example:", "  acequia wal ls /var/lib/orders"})
    int ls(@Parameters(paramLabel = "DIR", description = DIRECTORY) Path directory) throws IOException {
        try (Logs logs = logs(directory)) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("LOG", "SEGMENT", "RECORDS", "BYTES", "STATE", "BEGUN"));
            for (String folder : logs.folders()) {
                for (Listed segment : LogInspection.list(logs.storage(), folder)) {
                    rows.add(row(logs.title(folder), segment));
                }
            }
            Printable.columns(rows).forEach(out()::println);
        }
        return Acequia.OK;
    }

    private static List<String> row(String log, Listed segment) {
        String state =
                switch (segment.state()) {
                    case FINISHED -> "finished";
                    case UNFINISHED -> "unfinished";
                    case NO_HEADER -> "no header";
                };
        boolean hasHeader = segment.state() != LogInspection.State.NO_HEADER;
        return List.of(
                Printable.line(log),
                segment.file(),
                records(segment.firstSeq(), segment.lastSeq()),
                Long.toString(segment.bytes()),
                state,
                hasHeader ? Instant.ofEpochMilli(segment.createdMs()).toString() : "-");
    }

    private static String records(long first, long last) {
        return last < first ? "none" : first + "-" + last;
    }

    @Command(
            name = "verify",
            description = {
                "Reads every record of every log, and checks it against its checksum and its place: a line for each log.",
                "A torn end of the last segment was never promised to anybody: it is told, and is no damage.",
                "Exits with 3 when a log is damaged, and says the file, the byte, why, and what to do."
            },
            footer = {"", "Example:", "  acequia wal verify /var/lib/orders"})
    int verify(@Parameters(paramLabel = "DIR", description = DIRECTORY) Path directory) throws IOException {
        int code = Acequia.OK;
        try (Logs logs = logs(directory)) {
            for (String folder : logs.folders()) {
                if (!verify(logs, folder)) {
                    code = Acequia.DATA_REFUSED;
                }
            }
        }
        return code;
    }

    private boolean verify(Logs logs, String folder) throws IOException {
        String title = Printable.line(logs.title(folder));
        long total = 0;
        for (Listed segment : LogInspection.list(logs.storage(), folder)) {
            total += segment.bytes();
        }
        Progress progress =
                new Progress(StreamClock.system(), spec.commandLine().getErr(), title, total);
        try {
            LogReader.Found found = LogInspection.read(logs.storage(), folder, progress);
            out().println(title + ": ok, " + whole(found));
            return true;
        } catch (LogDamagedException e) {
            out().println(title + ": DAMAGED");
            spec.commandLine().getErr().println("acequia: " + e.getMessage());
            return false;
        }
    }

    static String whole(LogReader.Found found) {
        List<LogReader.Segment> segments = found.segments();
        long bytes = segments.stream().mapToLong(LogReader.Segment::bytes).sum();
        String records = segments.isEmpty() ? "none" : records(segments.get(0).firstSeq(), found.lastSeq());
        String torn = found.tornBytes() == 0
                ? ""
                : ", then " + found.tornBytes()
                        + " bytes that count for nothing: the writer is still writing them, or was interrupted";
        return Printable.count(segments.size(), "segment") + ", records " + records + ", " + bytes + " bytes" + torn;
    }

    @Command(
            name = "cat",
            description = {
                "Shows records: number, type, length; of a block its source positions and first records, of the journal what a batch"
                        + " took and which of its outputs have ended.",
                "Records of classes that are not here are not shown; the class is named."
            },
            footer = {"", "Example:", "  acequia wal cat /var/lib/orders --log lines --from 1200 --limit 5"})
    int cat(
            @Parameters(paramLabel = "DIR", description = DIRECTORY) Path directory,
            @Option(
                            names = "--log",
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "Only the log of that name, as 'wal ls' shows it or the last part of that.")
                    String log,
            @Option(
                            names = "--from",
                            paramLabel = "SEQ",
                            defaultValue = "1",
                            description = "Begin at this record (default: ${DEFAULT-VALUE}).")
                    long from,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "At most so many records of each log (default: ${DEFAULT-VALUE}).")
                    int limit)
            throws IOException {
        if (limit < 1) {
            throw usage("ACQ-2213 --limit " + limit + ": must be at least 1");
        }
        try (Logs logs = logs(directory)) {
            for (String folder : named(logs, log)) {
                new LogPrinter(logs, folder, out()).print(from, limit);
            }
        }
        return Acequia.OK;
    }

    private Logs logs(Path directory) throws IOException {
        try {
            return Logs.in(directory);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private List<String> named(Logs logs, String name) {
        try {
            return logs.named(name);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
