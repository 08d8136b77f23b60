/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingConf;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A JShell with a context in it, and with every connector that is on the class path of this command. */
@Command(
        name = "shell",
        description = {
            "Starts a JShell with a streaming context to try things on: 'ssc', its batch context 'sc', their settings 'conf', and all"
                    + " connectors on the class path.",
            "start() starts what was defined, batches(n) waits until n batches are done, stop() stops gracefully, fresh() stops and makes"
                    + " a new context. /help tells about JShell, /exit leaves, /exit N with an exit code."
        },
        footer = {
            "",
            "Examples:",
            "  acequia shell",
            "  acequia shell --master local[4] --interval 200ms",
            "  acequia shell --class-path app.jar words.jsh",
            "",
            "In it:",
            "  var words = new ConcurrentLinkedQueue<RDD<String>>()",
            "  ssc.queueStream(words).countByValue().print()",
            "  start()",
            "  words.add(sc.parallelize(List.of(\"to\", \"be\", \"or\", \"not\", \"to\", \"be\")))",
            "",
            "Exit codes: that of /exit, 1 JShell could not run, 2 the command was not understood."
        })
final class ShellCommand implements Callable<Integer> {
    private static final String PACKAGE = "io.acequia.streaming.";

    /** By the package of a connector, a class that is there when the connector is. */
    private static final List<String> CONNECTORS = List.of(
            "akka.AkkaSource",
            "flume.FlumeSource",
            "jdbc.ExactlyOnceJdbc",
            "kafka.KafkaSource",
            "kinesis.KinesisSource",
            "mqtt.MqttSource",
            "twitter.TwitterSource",
            "zeromq.ZeroMqSource");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Where batches run: local[n] or local[*] (default: local[2]).")
    private @Nullable String master;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "The batch interval, in ms, s or m (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String interval;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A setting (see 'acequia config list').")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = {"--class-path", "--classpath"},
            paramLabel = "PATH",
            description = "Jars and folders of classes to add.")
    private @Nullable String classPath;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files of snippets to run first.")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(StreamingConf.APP_NAME.name(), "shell");
        all.put(StreamingConf.MASTER.name(), "local[2]");
        all.putAll(settings);
        if (master != null) {
            all.put(StreamingConf.MASTER.name(), master);
        }
        RunCommand.checkSettings(all, spec);
        all.put("acequia.shell.interval", Long.toString(interval().toMillis()));
        Path startup = Files.createTempFile("acequia-shell", ".jsh");
        try {
            String path = path();
            Files.writeString(startup, script(path));
            return run(arguments(path, startup, all));
        } finally {
            Files.deleteIfExists(startup);
        }
    }

    private int run(List<String> arguments) throws Exception {
        try {
            return JavaShellToolBuilder.builder().start(arguments.toArray(String[]::new));
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "ACQ-2290 this Java, " + System.getProperty("java.home")
                            + ", has no JShell: run the shell on a JDK, not on a part of one",
                    e);
        }
    }

    private Duration interval() {
        return TimeText.parse(interval)
                .filter(given -> !given.isZero())
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "ACQ-2291 --interval " + interval + ": give a time above 0, such as 200ms, 1s or 1m"));
    }

    private String path() {
        String own = System.getProperty("java.class.path");
        return classPath == null ? own : own + File.pathSeparator + classPath;
    }

    private List<String> arguments(String path, Path startup, Map<String, String> all) {
        List<String> arguments = new ArrayList<>(List.of("--class-path", path, "--startup", startup.toString()));
        all.forEach((key, value) -> arguments.add("-R-D" + key + "=" + value));
        files.forEach(file -> arguments.add(file.toString()));
        return arguments;
    }

    /** What runs before the first line: the imports of the connectors that are there, and the context. */
    private static String script(String path) throws IOException {
        StringBuilder script = new StringBuilder();
        try (URLClassLoader classes = new URLClassLoader(urls(path), null)) {
            for (String connector : CONNECTORS) {
                String name = PACKAGE + connector;
                if (classes.findResource(name.replace('.', '/') + ".class") != null) {
                    script.append("import ")
                            .append(name, 0, name.lastIndexOf('.'))
                            .append(".*;\n");
                }
            }
        }
        try (InputStream rest = Objects.requireNonNull(ShellCommand.class.getResourceAsStream("shell.jsh"))) {
            return script.append(new String(rest.readAllBytes(), StandardCharsets.UTF_8))
                    .toString();
        }
    }

    private static URL[] urls(String path) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String entry : path.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }
}
