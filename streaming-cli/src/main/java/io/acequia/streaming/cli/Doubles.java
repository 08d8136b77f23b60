/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in a JAR twice. */
final class Doubles {
    private static final Pattern POM = Pattern.compile("(?:.*/)?META-INF/maven/([^/]+)/([^/]+)/pom\\.properties");
    private static final String NETTY = "io.netty";
    private static final String NETTY_VERSIONS = "META-INF/io.netty.versions.properties";

    /** Parts of Netty that have the version of the whole; some others count their own. */
    private static final Pattern NETTY_PART = Pattern.compile("netty-(?!tcnative|incubator|jni|build).+");

    private static final Pattern NETTY_CLASS = Pattern.compile("(.*/)?netty/util/Version\\.class");

    private Doubles() {}

    /** Two classes have one name. */
    static List<Finding> classes(JarContent jar) {
        List<String> names =
                jar.twice().stream().filter(name -> name.endsWith(".class")).toList();
        if (names.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2247",
                "class twice",
                Finding.first(names),
                "build the JAR from an empty one, and keep one of the artifacts that bring the class: a JVM"
                        + " takes either"));
    }

    /** An artifact has two versions. */
    static List<Finding> versions(JarContent jar) throws IOException {
        List<Finding> found = new ArrayList<>();
        versionsByArtifact(jar).forEach((artifact, versions) -> {
            if (versions.size() > 1 && !artifact.startsWith(NETTY + ":")) {
                found.add(new Finding(
                        "ACQ-2248",
                        "two versions of an artifact",
                        Printable.line(artifact) + " " + Printable.line(String.join(" and ", versions)),
                        "keep one (mvn dependency:tree shows who brings them), or relocate one with its files"));
            }
        });
        return found;
    }

    /** By {@code group:artifact}. */
    private static Map<String, Set<String>> versionsByArtifact(JarContent jar) throws IOException {
        Map<String, Set<String>> versions = new TreeMap<>();
        for (String name : jar.names()) {
            Matcher pom = POM.matcher(name);
            if (pom.matches()) {
                for (Properties properties : jar.properties(name)) {
                    String version = properties.getProperty("version", "");
                    if (!version.isEmpty()) {
                        versions.computeIfAbsent(pom.group(1) + ":" + pom.group(2), a -> new TreeSet<>())
                                .add(version);
                    }
                }
            }
        }
        return versions;
    }

    /**
     * The parts of Netty differ in their version. Beside a relocated Netty nothing is said, since nobody can tell which of the
     * two a version belongs to.
     */
    static List<Finding> netty(JarContent jar) throws IOException {
        boolean relocated = jar.names().stream()
                .anyMatch(name -> NETTY_CLASS.matcher(name).matches()
                        && JarContent.version(name) == 0
                        && !name.equals("io/netty/util/Version.class"));
        if (relocated
                || jar.names().stream().noneMatch(name -> name.startsWith("io/netty/") && name.endsWith(".class"))) {
            return List.of();
        }
        Map<String, String> partByVersion = new TreeMap<>();
        for (Map.Entry<String, Set<String>> artifact : versionsByArtifact(jar).entrySet()) {
            String part = artifact.getKey().replaceFirst("^" + Pattern.quote(NETTY + ":"), "");
            if (!part.equals(artifact.getKey()) && NETTY_PART.matcher(part).matches()) {
                artifact.getValue().forEach(version -> partByVersion.putIfAbsent(version, part));
            }
        }
        for (Properties properties : jar.properties(NETTY_VERSIONS)) {
            for (String key : new TreeSet<>(properties.stringPropertyNames())) {
                String part = key.replaceFirst("\\.version$", "");
                if (!part.equals(key) && NETTY_PART.matcher(part).matches()) {
                    partByVersion.putIfAbsent(properties.getProperty(key), part);
                }
            }
        }
        if (partByVersion.size() < 2) {
            return List.of();
        }
        List<String> parts = new ArrayList<>();
        partByVersion.forEach((version, part) -> parts.add(part + " " + version));
        return List.of(new Finding(
                "ACQ-2249",
                "two versions of Netty",
                Printable.line(String.join(", ", parts)),
                "import the BOM io.netty:netty-bom in one version, or relocate the Netty of one library"));
    }
}
