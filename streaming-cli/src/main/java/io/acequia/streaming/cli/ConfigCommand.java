/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.Key;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What settings there are, what they mean, and whether a file of them is right. */
@Command(
        name = "config",
        description = "Lists, explains and checks settings.",
        synopsisSubcommandLabel = "(list | explain | check)",
        footer = {
            "",
            "Examples:",
            "  acequia config list",
            "  acequia config explain streaming.stop.timeout",
            "  acequia config check job.properties"
        })
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: list, explain KEY or check [FILE]");
    }

    @Command(
            name = "list",
            description = "Every setting with its value, its default, what it does and how a value is written.",
            footer = {"", "Example:", "  acequia config list"})
    int list() {
        PrintWriter out = spec.commandLine().getOut();
        StreamingConf conf = inForce();
        Map<String, String> values = conf.values();
        Map<String, String> defaults = StreamingConf.withoutDefaults().values();
        for (Key<?> key : StreamingConf.keys()) {
            String name = key.name();
            out.println(name + " = " + Masking.value(name, values.get(name)) + origin(conf, key, defaults.get(name)));
            out.println("    " + key.sentence() + " Value: " + key.form() + ".");
        }
        out.println();
        out.println("All are read when a context is made: a change takes effect at the next start.");
        return Acequia.OK;
    }

    @Command(
            name = "explain",
            description = "One setting in full.",
            footer = {"", "Example:", "  acequia config explain streaming.stop.timeout"})
    int explain(@Parameters(paramLabel = "KEY", description = "Name of the setting.") String name) {
        PrintWriter out = spec.commandLine().getOut();
        Key<?> key = key(name);
        StreamingConf conf = inForce();
        out.println(name);
        out.println("    " + key.sentence());
        out.println("    type:        " + key.type().getSimpleName() + ", " + key.form());
        out.println("    default:     "
                + Masking.value(name, StreamingConf.withoutDefaults().values().get(name)));
        out.println("    in force:    " + Masking.value(name, conf.values().get(name)) + " (" + conf.origin(key) + ")");
        out.println("    environment: " + name.toUpperCase(Locale.ROOT).replace('.', '_'));
        out.println("    reloadable:  no, it is read when a context is made");
        return Acequia.OK;
    }

    @Command(
            name = "check",
            description = "Checks a properties file; without one, what the system properties, the environment and the "
                    + "file named by streaming.conf set. Finds unknown names, values of a wrong form, and settings that"
                    + " contradict each other.",
            footer = {
                "",
                "Example:",
                "  acequia config check job.properties",
                "",
                "Exit code 2 when something is wrong."
            })
    int check(@Parameters(arity = "0..1", paramLabel = "FILE", description = "The file.") @Nullable Path file) {
        PrintWriter out = spec.commandLine().getOut();
        if (file == null) {
            List<String> conflicts = SettingConflicts.in(inForce());
            conflicts.forEach(spec.commandLine().getErr()::println);
            if (!conflicts.isEmpty()) {
                return Acequia.USAGE;
            }
            out.println("settings ok");
            return Acequia.OK;
        }
        Properties properties = read(file);
        StreamingConf conf = StreamingConf.withoutDefaults();
        int problems = 0;
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            String value = properties.getProperty(name);
            try {
                conf.set(name, value);
            } catch (IllegalArgumentException e) {
                problems++;
                spec.commandLine().getErr().println(file + ": " + Masking.message(name, value, e.getMessage()));
            }
        }
        List<String> conflicts = SettingConflicts.in(conf);
        conflicts.forEach(conflict -> spec.commandLine().getErr().println(file + ": " + conflict));
        if (problems > 0) {
            spec.commandLine()
                    .getErr()
                    .println(file + ": " + problems + " of " + properties.size() + " settings wrong");
        }
        if (problems > 0 || !conflicts.isEmpty()) {
            return Acequia.USAGE;
        }
        out.println(file + ": " + properties.size() + " settings ok");
        return Acequia.OK;
    }

    private static String origin(StreamingConf conf, Key<?> key, @Nullable String defaultValue) {
        String origin = conf.origin(key);
        return origin.equals("default")
                ? ""
                : " (" + origin + "; default: " + Masking.value(key.name(), defaultValue) + ")";
    }

    private StreamingConf inForce() {
        try {
            return new StreamingConf();
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private Key<?> key(String name) {
        try {
            StreamingConf.withoutDefaults().get(name);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
        return StreamingConf.keys().stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Properties read(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "ACQ-2207 cannot read " + file + " as a properties file: " + e, e);
        }
        return properties;
    }

    private ParameterException usage(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
}
