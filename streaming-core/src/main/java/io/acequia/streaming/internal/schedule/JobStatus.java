/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.ContextStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job at one moment, as its status file has it.
 *
 * @param job its id
 * @param process in which it runs or ran
 * @param appName name of the application
 * @param state name of the lifecycle state
 * @param batchInterval the batch interval
 * @param startedAt when its batches began
 * @param lastCompleted the newest batch that is done
 * @param batchesQueued batches that wait or run
 * @param batchesCompleted batches done since the start
 * @param batchesFailed those of them that failed
 * @param recordsIn records of all batches done
 * @param sources its sources
 * @param left what a stop left undone, once it has stopped
 * @param failure what made it stop, when something did
 * @param writtenAt the moment
 */
public record JobStatus(
        String job,
        Process process,
        String appName,
        String state,
        Duration batchInterval,
        Optional<Instant> startedAt,
        Optional<Time> lastCompleted,
        int batchesQueued,
        long batchesCompleted,
        long batchesFailed,
        long recordsIn,
        List<Source> sources,
        Optional<Left> left,
        Optional<String> failure,
        Instant writtenAt) {
    private static final String FORMAT = "1";

    public JobStatus {
        sources = List.copyOf(sources);
    }

    /**
     * A process.
     *
     * @param host name of its machine
     * @param namespace in which it has its number, where its system has more than one of them
     * @param pid its number there
     * @param started when it was started, by which it is told from a later one of that number; empty where the system does not say
     */
    public record Process(String host, Optional<String> namespace, long pid, Optional<Instant> started) {}

    /**
     * A source.
     *
     * @param name its name
     * @param state what it is doing
     * @param records records read since the start
     * @param waiting records that no batch has taken yet
     * @param restarts how often it was connected anew
     */
    public record Source(String name, String state, long records, long waiting, long restarts) {}

    /**
     * What a stop left undone; all 0 when nothing was.
     *
     * @param batches planned batches that were given up
     * @param blocks received blocks that no batch took
     * @param records their records
     */
    public record Left(int batches, long blocks, long records) {
        /** Whether nothing was. */
        public boolean isNothing() {
            return batches == 0 && blocks == 0;
        }
    }

    static JobStatus of(String job, Process process, ContextStatus now, Instant writtenAt) {
        return new JobStatus(
                job,
                process,
                now.appName(),
                now.state(),
                now.batchInterval(),
                now.startedAt(),
                now.lastCompleted(),
                now.batchesQueued(),
                now.batchesCompleted(),
                now.batchesFailed(),
                now.recordsIn(),
                now.sources().stream()
                        .map(source -> new Source(
                                source.source(),
                                source.state().name(),
                                source.records(),
                                source.waiting(),
                                source.restarts()))
                        .toList(),
                Optional.empty(),
                Optional.empty(),
                writtenAt);
    }

    JobStatus stopped(Left leftUndone, Optional<String> why) {
        return new JobStatus(
                job,
                process,
                appName,
                "STOPPED",
                batchInterval,
                startedAt,
                lastCompleted,
                batchesQueued,
                batchesCompleted,
                batchesFailed,
                recordsIn,
                sources,
                Optional.of(leftUndone),
                why,
                writtenAt);
    }

    /** The entries of a status file. */
    public Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", FORMAT);
        entries.put("job", job);
        entries.put("app", appName);
        entries.put("state", state);
        entries.put("host", process.host());
        process.namespace().ifPresent(name -> entries.put("pid.namespace", name));
        entries.put("pid", Long.toString(process.pid()));
        process.started().ifPresent(at -> entries.put("process.started", at.toString()));
        entries.put("batch.interval", batchInterval.toString());
        startedAt.ifPresent(at -> entries.put("started", at.toString()));
        lastCompleted.ifPresent(time -> entries.put(
                "batch.last", Instant.ofEpochMilli(time.milliseconds()).toString()));
        entries.put("batches.queued", Integer.toString(batchesQueued));
        entries.put("batches.completed", Long.toString(batchesCompleted));
        entries.put("batches.failed", Long.toString(batchesFailed));
        entries.put("records", Long.toString(recordsIn));
        entries.put("sources", Integer.toString(sources.size()));
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            entries.put("source." + i + ".name", source.name());
            entries.put("source." + i + ".state", source.state());
            entries.put("source." + i + ".records", Long.toString(source.records()));
            entries.put("source." + i + ".waiting", Long.toString(source.waiting()));
            entries.put("source." + i + ".restarts", Long.toString(source.restarts()));
        }
        left.ifPresent(undone -> {
            entries.put("left.batches", Integer.toString(undone.batches()));
            entries.put("left.blocks", Long.toString(undone.blocks()));
            entries.put("left.records", Long.toString(undone.records()));
        });
        failure.ifPresent(why -> entries.put("failure", why));
        entries.put("written", writtenAt.toString());
        return entries;
    }

    /**
     * What a status file says.
     *
     * @throws IllegalArgumentException when these are not its entries
     */
    public static JobStatus of(Map<String, String> entries) {
        try {
            return read(entries);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("one of its numbers is too large: " + e.getMessage(), e);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + e.getParsedString() + "' is no time", e);
        }
    }

    private static JobStatus read(Map<String, String> entries) {
        if (!FORMAT.equals(entries.get("format"))) {
            throw new IllegalArgumentException("its format is " + entries.get("format") + ", known is " + FORMAT);
        }
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < number(entries, "sources"); i++) {
            String source = "source." + i;
            sources.add(new Source(
                    text(entries, source + ".name"),
                    text(entries, source + ".state"),
                    number(entries, source + ".records"),
                    number(entries, source + ".waiting"),
                    number(entries, source + ".restarts")));
        }
        return new JobStatus(
                text(entries, "job"),
                new Process(
                        text(entries, "host"),
                        Optional.ofNullable(entries.get("pid.namespace")),
                        number(entries, "pid"),
                        instant(entries, "process.started")),
                text(entries, "app"),
                text(entries, "state"),
                Duration.parse(text(entries, "batch.interval")),
                instant(entries, "started"),
                instant(entries, "batch.last").map(Time::of),
                Math.toIntExact(number(entries, "batches.queued")),
                number(entries, "batches.completed"),
                number(entries, "batches.failed"),
                number(entries, "records"),
                sources,
                entries.containsKey("left.batches")
                        ? Optional.of(new Left(
                                Math.toIntExact(number(entries, "left.batches")),
                                number(entries, "left.blocks"),
                                number(entries, "left.records")))
                        : Optional.empty(),
                Optional.ofNullable(entries.get("failure")),
                Instant.parse(text(entries, "written")));
    }

    private static String text(Map<String, String> entries, String key) {
        String value = entries.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no '" + key + "'");
        }
        return value;
    }

    private static long number(Map<String, String> entries, String key) {
        return Long.parseLong(text(entries, key));
    }

    private static Optional<Instant> instant(Map<String, String> entries, String key) {
        return Optional.ofNullable(entries.get(key)).map(Instant::parse);
    }
}
