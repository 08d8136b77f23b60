/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the responses of a web server by their codes since the start, from the lines of its access log in common log format:
 * {@code acequia run RunningResponseCodes HOST PORT [DIRECTORY]}. Malformed lines go to files in the directory; without one they
 * are left out. When it has ended it says how many there were.
 */
public final class RunningResponseCodes {
    /** {@code HOST IDENT USER [DATE] "REQUEST" CODE BYTES}, and what some servers append. */
    private static final Pattern ENTRY =
            Pattern.compile("\\S+ \\S+ \\S+ \\[[^]]+] \"(?:[^\"\\\\]++|\\\\.)*+\" (\\d{3}) (?:\\d+|-)(?: .*)?");

    private RunningResponseCodes() {}

    // tag::response-codes
    /** How many responses had each code since the start, all codes in each batch; malformed lines go by the policy. */
    public static PairDStream<Integer, Long> totals(DStream<String> log, ErrorPolicy malformed) {
        return log.map(RunningResponseCodes::code)
                .uid("parse")
                .onError(malformed)
                .countByValue()
                .updateStateByKey(
                        Long.class,
                        (counts, total) -> Optional.of(counts.stream().reduce(total.orElse(0L), Long::sum)))
                .uid("totals");
    }
    // end::response-codes

    private static int code(String line) {
        Matcher entry = ENTRY.matcher(line);
        if (!entry.matches()) {
            throw new IllegalArgumentException("not in common log format: " + line);
        }
        return Integer.parseInt(entry.group(1));
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2 && args.length != 3) {
            throw new IllegalArgumentException("usage: RunningResponseCodes HOST PORT [DIRECTORY]");
        }
        ErrorPolicy malformed =
                args.length == 3 ? ErrorPolicy.deadLetter(DeadLetterSink.toFiles(args[2])) : ErrorPolicy.skip();
        StreamingConf conf = new StreamingConf().setAppName("RunningResponseCodes");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            totals(ssc.socketTextStream(args[0], Integer.parseInt(args[1])), malformed)
                    .print();
            ssc.start();
            ssc.awaitTermination();
            System.out.println("malformed lines: " + ssc.status().recordErrors().getOrDefault("parse", 0L));
        }
    }
}
