/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Counts the words of an HTTP server that numbers its lines and keeps them: {@code acequia run CustomDirectSource URL
 * [CHECKPOINT_DIRECTORY]}. Without a directory it begins with what comes from now on; with one, where it stopped.
 *
 * <p>{@code URL/end} is the number that the next line will have, {@code URL/lines?from=F&until=U} are the lines from number F on, before
 * number U, with a line feed behind each.
 */
public final class CustomDirectSource {
    private CustomDirectSource() {}

    // tag::numbered-lines
    /** The lines of such a server. */
    public record NumberedLines(String url) implements DirectSource<String> {
        @Override
        public String name() {
            return url;
        }

        @Override
        public SplitPlanner<String> newPlanner(PlannerContext context) throws Exception {
            long next = context.restored().isPresent()
                    ? Long.parseLong(context.restored().get())
                    : endOf(url);
            return new Planner(url, next);
        }
    }

    /** On the driver: says which lines are those of a batch. */
    private static final class Planner implements SplitPlanner<String> {
        /** A split has so many lines at most. */
        private static final long LINES = 1_000;

        private final String url;
        private long next;

        Planner(String url, long next) {
            this.url = url;
            this.next = next;
        }

        @Override
        public Plan<String> plan(Time batch, long maxRecords) throws Exception {
            long end = endOf(url);
            if (end < next) {
                throw new IOException(
                        url + " ends at " + end + ", and lines up to " + next + " were read from it: it is"
                                + " another log, for which a checkpoint directory of its own is needed");
            }
            long until = next + Math.min(maxRecords, end - next);
            List<Split<String>> splits = new ArrayList<>();
            for (long from = next; from < until; from += LINES) {
                splits.add(new Lines(url, from, Math.min(from + LINES, until)));
            }
            next = until;
            return new Plan<>(splits, Long.toString(next));
        }

        @Override
        public Split<String> split(String range) {
            int comma = range.indexOf(',');
            return new Lines(
                    url, Long.parseLong(range.substring(0, comma)), Long.parseLong(range.substring(comma + 1)));
        }
    }

    /** In a task: reads a range, the same lines each time. */
    private record Lines(String url, long from, long until) implements Split<String> {
        @Override
        public SplitReader<String> open(TaskContext task) throws Exception {
            List<String> lines = new ArrayList<>(
                    List.of(get(url + "/lines?from=" + from + "&until=" + until).split("\n", -1)));
            String unended = lines.remove(lines.size() - 1);
            if (!unended.isEmpty() || lines.size() != until - from) {
                throw new IOException(describe() + " has " + lines.size() + " whole lines, not " + (until - from));
            }
            return new Once(lines);
        }

        @Override
        public String describe() {
            return url + " [" + from + ", " + until + ")";
        }

        @Override
        public String range() {
            return from + "," + until;
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(until - from);
        }
    }

    /** What was read at once is given at once. */
    private static final class Once implements SplitReader<String> {
        private List<String> left;

        Once(List<String> all) {
            left = all;
        }

        @Override
        public List<String> next() {
            List<String> given = left;
            left = List.of();
            return given;
        }

        @Override
        public void close() {}
    }
    // end::numbered-lines

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private static long endOf(String url) throws Exception {
        return Long.parseLong(get(url + "/end").strip());
    }

    /** The whole answer, within half a minute. */
    private static String get(String url) throws Exception {
        HttpResponse<String> answer = CLIENT.sendAsync(
                        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .get(30, TimeUnit.SECONDS);
        if (answer.statusCode() != 200) {
            throw new IOException(url + " answers " + answer.statusCode());
        }
        return answer.body();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException("usage: CustomDirectSource URL [CHECKPOINT_DIRECTORY]");
        }
        StreamingConf conf = new StreamingConf().setAppName("CustomDirectSource");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            if (args.length == 2) {
                ssc.checkpoint(args[1]);
            }
            DStream<String> lines = ssc.directStream(new NumberedLines(args[0])).uid("lines");
            NetworkWordCount.count(lines).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
