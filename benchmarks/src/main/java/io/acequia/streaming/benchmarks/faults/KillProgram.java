/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.examples.CustomReceiver.SocketLines;
import io.acequia.streaming.examples.CustomReliableReceiver.AckedLinesSource;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The child that is killed: the receiver of an example, logged, and an output that writes the numbers of the lines of each
 * batch and partition into a file, which has its name when it is whole. It ends when its parent does, or asks it to.
 */
final class KillProgram {
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private KillProgram() {}

    /** Arguments: whether the source acknowledges, its host and port, the directory of the job, the folder of the output, the life. */
    public static void main(String[] arguments) throws Exception {
        boolean reliable = Boolean.parseBoolean(arguments[0]);
        String host = arguments[1];
        int port = Integer.parseInt(arguments[2]);
        String output = arguments[4];
        String life = arguments[5];
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("killed")
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(20))
                .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(20));
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            context.checkpoint(arguments[3]);
            DStream<Long> numbers = reliable
                    ? context.receiverStream(new AckedLinesSource(host, port))
                            .uid("lines")
                            .map(Tuple2::_1)
                    : context.receiverStream(Source.of("lines", () -> new SocketLines(host, port)))
                            .uid("lines")
                            .map(KillProgram::numberOf);
            numbers.foreachPartition("numbers", (key, each) -> {
                List<String> lines = new ArrayList<>();
                each.forEachRemaining(number -> lines.add(String.valueOf(number)));
                if (!lines.isEmpty()) {
                    String name = life + "-" + key.time().milliseconds() + "-" + key.partition();
                    Path whole = Path.of(output, name);
                    Path begun = Path.of(output, "." + name);
                    Files.write(begun, lines);
                    Files.move(begun, whole, StandardCopyOption.ATOMIC_MOVE);
                }
            });
            context.start();
            ChildJvm.awaitParent();
            context.stop(true, true);
        }
    }

    static long numberOf(String line) {
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }
}
