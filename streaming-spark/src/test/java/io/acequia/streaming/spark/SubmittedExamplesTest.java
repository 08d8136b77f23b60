/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples as JARs that were built once, with acequia-all and the JAR of this engine: by themselves, by {@code spark-submit} and as
 * a plain main that is told of a cluster. They count the same.
 */
@Tag("uber-jars")
@Tag("cluster")
@Timeout(1800)
class SubmittedExamplesTest {
    private static final String EXAMPLES = "io.acequia.streaming.examples.";
    private static final String TEXT = "to be or not to be\nthat is the question\n";
    private static final Map<String, Integer> COUNTS =
            Map.of("to", 2, "be", 2, "or", 1, "not", 1, "that", 1, "is", 1, "the", 1, "question", 1);
    private static final Pattern COUNT = Pattern.compile("\\((\\w+),(\\d+)\\)");
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    private static String jar(String folder, String name) {
        Path file = Path.of("..").resolve(folder).resolve("target").resolve(name + "-0.1.0.jar");
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(
                    "there is no " + file.toAbsolutePath().normalize()
                            + ": build it by mvn -Pfast,uber -Dmaven.test.skip=true package");
        }
        return file.toAbsolutePath().normalize().toString();
    }

    private interface Start {
        ChildJvm with(String main, List<String> arguments) throws IOException;
    }

    @Test
    void theyCountTheSameHoweverTheyAreStarted() throws Exception {
        String examples = jar("examples", "examples");
        String all = jar("assembly/uber/all", "acequia-all");
        List<String> jars = List.of(examples, all, jar("streaming-spark", "streaming-spark"));

        try (StandaloneCluster cluster = new StandaloneCluster(directory, 1, 2)) {
            Map<String, Start> starts = Map.of(
                    "alone", (main, arguments) -> alone(main, examples + ":" + all, arguments),
                    "spark-submit --master local[2]",
                            (main, arguments) -> cluster.submit("local[2]", main, jars, Map.of(), arguments),
                    "spark-submit --master spark://",
                            (main, arguments) -> cluster.submit(cluster.url(), main, jars, Map.of(), arguments),
                    "plain main, spark://", (main, arguments) -> cluster.run(main, jars, arguments));
            for (Map.Entry<String, Start> start : starts.entrySet()) {
                assertCounts(start, "NetworkWordCount", Integer::sum, cluster);
                assertCounts(start, "StatefulWordCount", (before, now) -> now, cluster);
            }
        }
    }

    private ChildJvm alone(String main, String classPath, List<String> arguments) throws IOException {
        return new ChildJvm(
                main,
                classPath,
                List.of("-Dstreaming.master=local[2]"),
                arguments,
                Map.of(),
                Redirect.appendTo(directory.resolve("alone.log").toFile()));
    }

    private static void assertCounts(
            Map.Entry<String, Start> start, String example, BinaryOperator<Integer> again, StandaloneCluster cluster)
            throws Exception {
        try {
            assertThat(counted(start.getValue(), example, again)).isEqualTo(COUNTS);
        } catch (AssertionError | IOException e) {
            throw new AssertionError(example + ", " + start.getKey() + ": " + e + "\n" + cluster.logs(), e);
        }
    }

    /** What an example has printed of the text, once that is as much as it can be, or when it ended before; it is stopped then. */
    private static Map<String, Integer> counted(Start start, String example, BinaryOperator<Integer> again)
            throws Exception {
        try (ServerSocket text = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ChildJvm program =
                        start.with(EXAMPLES + example, List.of("127.0.0.1", String.valueOf(text.getLocalPort())))) {
            text.setSoTimeout(Math.toIntExact(SOON.toMillis()));
            try (Socket client = text.accept()) {
                client.getOutputStream().write(TEXT.getBytes(UTF_8));
                CompletableFuture<Map<String, Integer>> printed =
                        CompletableFuture.supplyAsync(() -> readUntilAllIsCounted(program, again));
                if (!program.awaitEnd(SOON)) {
                    program.kill();
                }
                assertThat(program.exitCode()).as("%s", printed.get()).isEqualTo(TERMINATED);
                return printed.get();
            }
        }
    }

    /** Returns at the end of the program, which is sent SIGTERM when all is counted. */
    private static Map<String, Integer> readUntilAllIsCounted(ChildJvm program, BinaryOperator<Integer> again) {
        Map<String, Integer> counts = new HashMap<>();
        try {
            program.eachLine(line -> {
                Matcher count = COUNT.matcher(line);
                if (count.matches()) {
                    counts.merge(count.group(1), Integer.valueOf(count.group(2)), again);
                    if (counts.equals(COUNTS)) {
                        terminate(program);
                    }
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counts;
    }

    private static void terminate(ChildJvm program) {
        try {
            program.terminate();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
