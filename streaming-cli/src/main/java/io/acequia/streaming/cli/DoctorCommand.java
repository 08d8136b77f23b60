/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.store.LocalDisk;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks for what is known to go wrong when a program is packaged, and where it is to run. */
@Command(
        name = "doctor",
        description = {
            "Looks into an uber JAR for faults of packaging: services or reference.conf not merged, providers of"
                    + " services missing, signatures or module descriptions left, a class twice, two versions of a client"
                    + " or of Netty, Spark inside, classes for a newer Java, the core of Acequia missing.",
            "Without a JAR it looks at this installation; with --directory also whether what is forced there is safe.",
            "A line for each fault: its code, what, where, and what to do. Nothing of the JAR is run or unpacked."
        },
        footer = {
            "",
            "Examples:",
            "  acequia doctor target/orders.jar",
            "  acequia doctor target/orders.jar --jdk 17 --provided",
            "  acequia doctor --directory /var/lib/orders",
            "",
            "A fault is told as",
            "  CODE services not merged: META-INF/services/java.sql.Driver lacks org.postgresql.Driver; join …",
            "and docs/errors.md has a row for each code.",
            "",
            "Exit codes: 0 nothing found, 2 the command was not understood, 3 there are faults."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int OLDEST_JAVA = 17;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            description = "Write and force a small file in this directory, as a job does in its own.")
    private @Nullable Path directory;

    @ArgGroup(exclusive = false)
    private @Nullable Packaged packaged;

    /** A JAR, and what it is for. */
    private static final class Packaged {
        @Parameters(index = "0", paramLabel = "JAR", arity = "1", description = "The uber JAR of a program.")
        @SuppressWarnings("NullAway.Init")
        private Path jar;

        @Option(
                names = "--jdk",
                paramLabel = "N",
                description = "The Java that it will run on (default: the one that runs this, or an older one that the"
                        + " manifest names by Build-Jdk-Spec).")
        private @Nullable Integer jdk;

        @Option(names = "--provided", description = "The core of Acequia is on the class path where it will run.")
        private boolean provided;
    }

    @Override
    public Integer call() throws IOException {
        if (directory != null && !Files.isDirectory(directory)) {
            throw usage("ACQ-2254 " + directory + " is no directory: give the one that a job is to keep its data in");
        }
        List<Finding> found = new ArrayList<>();
        if (packaged == null) {
            found.addAll(installation());
        } else {
            found.addAll(jar(packaged));
        }
        if (directory != null) {
            found.addAll(storage(directory));
        }
        return found.isEmpty() ? Acequia.OK : Acequia.DATA_REFUSED;
    }

    private List<Finding> jar(Packaged packaged) throws IOException {
        Path jar = packaged.jar;
        int jdk = packaged.jdk == null ? 0 : packaged.jdk;
        if (packaged.jdk != null && jdk < OLDEST_JAVA) {
            throw usage("ACQ-2259 --jdk " + jdk + " is too old: Acequia needs " + OLDEST_JAVA + " or later");
        }
        if (!Files.isRegularFile(jar)) {
            throw usage("ACQ-2240 there is no file " + jar + ": give the path of a JAR");
        }
        List<Finding> found = new ArrayList<>();
        Progress progress =
                new Progress(StreamClock.system(), spec.commandLine().getErr(), jar.toString(), Files.size(jar));
        try (JarContent content = JarContent.open(jar, progress)) {
            for (JarCheck check : checks(jdk, packaged.provided)) {
                found.addAll(check.in(content));
            }
            tell(jar + " with " + content.names().size() + " entries", found);
            if (content.hasJarsInside()) {
                out().println("  there are JARs inside, which are not looked into");
            }
        } catch (ZipException | EOFException e) {
            throw usage("ACQ-2241 " + jar + " is no JAR, or a part of one: " + e.getMessage());
        }
        return found;
    }

    private static List<JarCheck> checks(int jdk, boolean provided) {
        return List.of(
                Services::notMerged,
                Services::missingProviders,
                ReferenceConf::notMerged,
                Leftovers::signatures,
                Leftovers::modules,
                Doubles::classes,
                Doubles::versions,
                Doubles::netty,
                Surroundings::spark,
                content -> Surroundings.java(content, jdk),
                content -> provided ? List.of() : Surroundings.core(content));
    }

    private List<Finding> installation() {
        List<Finding> found = new Installation(DoctorCommand.class.getClassLoader()).findings();
        for (String line : new Acequia.Version().getVersion()) {
            tell(line, found);
        }
        return found;
    }

    private List<Finding> storage(Path directory) {
        try (LocalDisk disk = LocalDisk.at(directory)) {
            StorageProbe probe = new StorageProbe(disk, StreamClock.system());
            List<Finding> found = probe.findings();
            tell(directory + (found.isEmpty() ? " forces in " + probe.force().toNanos() / 1000 + " µs" : ""), found);
            return found;
        }
    }

    private void tell(String what, List<Finding> found) {
        found.forEach(finding -> out().println(finding.line()));
        out().println(what + ": " + (found.isEmpty() ? "ok" : Printable.count(found.size(), "fault")));
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
