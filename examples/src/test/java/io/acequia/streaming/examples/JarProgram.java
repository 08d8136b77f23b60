/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import com.esotericsoftware.kryo.kryo5.Kryo;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleServiceProvider;

/** An example in a JVM of its own, which has uber JARs for its class path, as a user may have them. Closing kills it. */
final class JarProgram implements AutoCloseable {
    private static final Pattern PAIR = Pattern.compile("\\((\\w+),(\\d+)\\)");

    private final Process process;
    private final BufferedReader printed;

    private JarProgram(List<Path> classPath, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                String.join(":", classPath.stream().map(Path::toString).toList()),
                main.getName()));
        command.addAll(Arrays.asList(args));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        printed = process.inputReader(StandardCharsets.UTF_8);
    }

    /** It has acequia-all and the examples. */
    static JarProgram fromAcequiaAll(Class<?> main, String... args) throws IOException {
        return new JarProgram(with(uber("all")), main, args);
    }

    /** It has core with its two libraries, the uber JAR of a connector and the examples. */
    static JarProgram fromConnector(String connector, Class<?> main, String... args) throws IOException {
        return new JarProgram(
                with(uber(connector), built("streaming-core", "streaming-core"), home(Kryo.class), home(Logger.class)),
                main,
                args);
    }

    /** From acequia-all, or from the connector where {@code -Dacequia.examples.from=connector} says so, as ci/examples does. */
    static JarProgram fromUberJar(String connector, Class<?> main, String... args) throws IOException {
        String from = System.getProperty("acequia.examples.from", "all");
        return switch (from) {
            case "all" -> fromAcequiaAll(main, args);
            case "connector" -> fromConnector(connector, main, args);
            default ->
                throw new IllegalArgumentException("acequia.examples.from=" + from + ": must be all or connector");
        };
    }

    private static List<Path> with(Path... jars) throws IOException {
        return Stream.concat(
                        Stream.of(jars),
                        Stream.of(
                                built("examples", "examples"),
                                home(NetworkWordCountTest.class),
                                home(SimpleServiceProvider.class)))
                .toList();
    }

    /** The JAR or the folder that a class is from. */
    private static Path home(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path uber(String name) throws IOException {
        return built("assembly/uber/" + name, "acequia-" + name);
    }

    /** The JAR of a module, in its folder. */
    private static Path built(String module, String name) throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("assembly"))) {
            folder = folder.getParent();
        }
        Path target = folder.resolve(module).resolve("target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                List<Path> jars = files.filter(
                                file -> file.getFileName().toString().matches(name + "-\\d[^-]*\\.jar"))
                        .toList();
                if (jars.size() == 1) {
                    return jars.get(0);
                }
            }
        }
        throw new IllegalStateException("there is no " + name + " in " + target
                + ": build it by mvn -Pfast,uber -Dmaven.test.skip=true package");
    }

    /** Blocks until a line contains {@code wanted}. */
    void awaitPrinted(String wanted) throws IOException {
        String line;
        do {
            line = nextLine();
        } while (!line.contains(wanted));
    }

    /** Blocks until the counts that it has printed make this sum, over all batches; gives them. */
    Map<String, Long> awaitCounts(long sum) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        while (counts.values().stream().mapToLong(Long::longValue).sum() < sum) {
            Matcher pair = PAIR.matcher(nextLine());
            for (MatchResult each : pair.results().toList()) {
                counts.merge(each.group(1), Long.valueOf(each.group(2)), Long::sum);
            }
        }
        return counts;
    }

    private String nextLine() throws IOException {
        String line = printed.readLine();
        if (line == null) {
            throw new IllegalStateException("the program has ended; its error output says why");
        }
        return line;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
