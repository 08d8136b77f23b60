/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The process that is killed: a source, logged, and an output that writes the texts of each batch and partition into a file, which has
 * its name when it is whole. It ends when its parent does, or asks it to.
 */
final class KilledProgram {
    private static final Duration INTERVAL = Duration.ofMillis(100);

    private KilledProgram() {}

    /** Arguments: the directory of the job, the folder of the output. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        String output = arguments[1];
        KilledJob.Reads<Object> reads = KilledJob.Reads.in(directory);
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("killed")
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(20))
                .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(20))
                .registerClasses(reads.classes().toArray(Class<?>[]::new));
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            context.checkpoint(directory.resolve("job").toString());
            context.receiverStream(reads.source())
                    .uid("read")
                    .map(reads.payload())
                    .foreachPartition("texts", (key, each) -> {
                        List<String> lines = new ArrayList<>();
                        each.forEachRemaining(lines::add);
                        if (!lines.isEmpty()) {
                            String name = key.time().milliseconds() + "-" + key.partition();
                            Path begun = Path.of(output, "." + name);
                            Files.write(begun, lines);
                            Files.move(begun, Path.of(output, name), StandardCopyOption.ATOMIC_MOVE);
                        }
                    });
            context.start();
            ChildJvm.awaitParent();
            context.stop(true, true);
        }
    }
}
