/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.uber;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs run from acequia-all and from the distribution. What needs a server in a container is tried by the tests of the examples. */
@Timeout(120)
class RunsTest {
    @TempDir
    Path directory;

    @Test
    void theDistributionRunsTheDemoAndJudgesItself() throws Exception {
        Path home = unpack();
        String acequia = home.resolve("bin/acequia").toString();

        Command demo = Command.run(directory, List.of(acequia, "run", "NetworkWordCount", "--demo", "--batches", "5"));
        assertThat(demo.output()).containsPattern("\\([a-z]+,\\d+\\)");
        assertThat(demo.exitCode()).isZero();

        Command doctor = Command.run(directory, List.of(acequia, "doctor"));
        assertThat(doctor.output()).contains(UberJar.VERSION, ": ok");
        assertThat(doctor.exitCode()).isZero();
    }

    @Test
    void theDistributionHasDocumentsExamplesAndLicences() throws Exception {
        Path home = unpack();

        assertThat(home.resolve("docs/packaging.md")).exists();
        assertThat(home.resolve("examples/src/io/acequia/streaming/examples/NetworkWordCount.java"))
                .exists();
        assertThat(home.resolve("LICENSE")).exists();
        assertThat(home.resolve("NOTICE")).exists();
        assertThat(home.resolve("acequia-" + UberJar.VERSION + ".cdx.json")).exists();
    }

    private Path unpack() throws Exception {
        Path archive = UberJar.folder("distribution").resolve("target/acequia-" + UberJar.VERSION + ".tar.gz");
        Command tar = Command.run(directory, List.of("tar", "-xzf", archive.toString()));
        assertThat(tar.output()).isEmpty();
        return directory.resolve("acequia-" + UberJar.VERSION);
    }

    /** One from acequia-all, and one from core, its two libraries and the JAR of the connector. */
    static Stream<Named<List<Path>>> classPaths() {
        List<Path> apart = new ArrayList<>(List.of(new UberJar("twitter").path(), jar("streaming-core")));
        Stream.of(System.getProperty("java.class.path").split(":"))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().matches("(kryo5|slf4j-api)-.*"))
                .forEach(apart::add);
        return Stream.of(
                Named.of("from acequia-all", List.of(UberJar.ALL.path())),
                Named.of("from core and the connector", apart));
    }

    private static Path jar(String module) {
        return UberJar.ROOT.resolve(module).resolve("target/" + module + "-" + UberJar.VERSION + ".jar");
    }

    /** There is no server of X that could run here: this speaks as much of its protocol as the example asks for. */
    @ParameterizedTest
    @MethodSource("classPaths")
    void theExampleForXRuns(List<Path> classPath) throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "token-of-tests\n");
        CountDownLatch printed = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/2/tweets/search/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(
                        "{\"data\":{\"id\":\"1\",\"text\":\"t\",\"entities\":{\"hashtags\":[{\"tag\":\"Agua\"}]}}}\r\n"
                                .getBytes(StandardCharsets.UTF_8));
                out.flush();
                printed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        Process program = new ProcessBuilder(
                        Command.java(),
                        "-cp",
                        Stream.concat(classPath.stream(), Stream.of(jar("examples")))
                                .map(Path::toString)
                                .collect(Collectors.joining(":")),
                        "io.acequia.streaming.examples.TwitterPopularTags",
                        token.toString(),
                        "http://127.0.0.1:" + server.getAddress().getPort())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(awaitPrinted(program, "(agua,1)")).contains("(agua,1)");
        } finally {
            program.destroyForcibly().waitFor();
            printed.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** All that it has printed until then, or until its end. */
    private static String awaitPrinted(Process program, String wanted) throws IOException {
        StringBuilder printed = new StringBuilder();
        for (int c = program.getInputStream().read();
                c >= 0 && printed.indexOf(wanted) < 0;
                c = program.getInputStream().read()) {
            printed.append((char) c);
        }
        return printed.toString();
    }
}
