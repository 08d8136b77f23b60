/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The source tree that the tests of this module read: its modules, their sources, their classes. */
final class Repository {
    /** Modules of the reactor that no user depends on. */
    private static final Set<String> UNPUBLISHED = Set.of("bom", "examples", "archetype", "benchmarks", "assembly");

    static final Path ROOT = findRoot();
    static final String TESTKIT = "streaming-testkit";

    private Repository() {}

    /** A source file and its text. */
    record Source(Path path, String text) {
        List<String> lines() {
            return text.lines().toList();
        }

        @Override
        public String toString() {
            return ROOT.relativize(path).toString();
        }
    }

    /** The modules, in the order of the parent POM. */
    static List<String> modules() {
        return Pom.read(ROOT.resolve("pom.xml")).values("modules", "module");
    }

    /** The modules that users get, so that the BOM lists them. */
    static List<String> publishedModules() {
        return modules().stream()
                .filter(module -> !UNPUBLISHED.contains(module))
                .toList();
    }

    static List<Source> mainSources() {
        return modules().stream()
                .flatMap(module -> mainSources(module).stream())
                .toList();
    }

    static List<Source> mainSources(String module) {
        return sources(module, "main");
    }

    static List<Source> testSources() {
        return modules().stream()
                .flatMap(module -> sources(module, "test").stream())
                .toList();
    }

    /** Where a proof may stand: the tests, and the suites in the test kit that tests inherit. */
    static List<Source> testSourcesAndSuites() {
        List<Source> all = new ArrayList<>(testSources());
        all.addAll(mainSources(TESTKIT));
        return all;
    }

    /** Programs for Spark, which are no module: {@code bin/bench} builds them when it needs them. */
    static List<Source> sparkSources() {
        return mainSources("benchmarks/peers/spark");
    }

    /** The compiled main classes of these modules. */
    static JavaClasses classes(List<String> modules) {
        return new ClassFileImporter()
                .importPaths(modules.stream()
                        .map(module -> ROOT.resolve(module).resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .toList());
    }

    static String read(String path) {
        return read(ROOT.resolve(path));
    }

    static List<String> lines(String path) {
        return read(path).lines().toList();
    }

    private static List<Source> sources(String module, String kind) {
        Path folder = ROOT.resolve(module).resolve("src").resolve(kind).resolve("java");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(file -> new Source(file, read(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path findRoot() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("streaming-core"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
