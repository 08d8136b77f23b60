/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;

/** Whether a JAR fits where it will run: what it must bring, what is there already, and which Java there is. */
final class Surroundings {
    private static final String SPARK = "org/apache/spark/";
    private static final String CORE = "io.acequia.streaming.StreamingContext";
    private static final int OLDEST_JAVA = 17;

    private Surroundings() {}

    /** Spark is inside. */
    static List<Finding> spark(JarContent jar) {
        List<String> classes = jar.names().stream()
                .filter(name -> name.startsWith(SPARK) && name.endsWith(".class"))
                .toList();
        if (classes.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2250",
                "Spark inside",
                Finding.first(classes),
                "give the artifacts of Spark the scope 'provided': the cluster has its own"));
    }

    /** A class needs a newer Java than there will be: that of {@code --jdk}; else the one here, or the manifest's if older. */
    static List<Finding> java(JarContent jar, int asked) {
        int java = asked > 0 ? asked : Math.min(Runtime.version().feature(), ofManifest(jar));
        boolean multiRelease =
                "true".equalsIgnoreCase(jar.manifest().getMainAttributes().getValue(Attributes.Name.MULTI_RELEASE));
        List<String> newer = new ArrayList<>();
        int newest = 0;
        for (Map.Entry<String, ClassFile> each : jar.classes().entrySet()) {
            int from = JarContent.version(each.getKey());
            boolean seen = from == 0 || multiRelease && from <= java;
            if (seen && each.getValue().java() > java) {
                newer.add(each.getKey());
                newest = Math.max(newest, each.getValue().java());
            }
        }
        if (newer.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2252",
                "classes for a newer Java",
                Finding.first(newer) + " (Java " + newest + ", to be run on " + java + ")",
                "compile with --release " + java + " and take libraries for it, or run it on Java " + newest));
    }

    private static int ofManifest(JarContent jar) {
        String spec = jar.manifest().getMainAttributes().getValue("Build-Jdk-Spec");
        return spec != null && spec.matches("\\d{1,4}")
                ? Math.max(OLDEST_JAVA, Integer.parseInt(spec))
                : Integer.MAX_VALUE;
    }

    /** A class names one of Acequia that is not inside, nor is its core. */
    static List<Finding> core(JarContent jar) {
        if (jar.hasClass(CORE) || jar.hasJarsInside()) {
            return List.of();
        }
        for (Map.Entry<String, ClassFile> each : jar.classes().entrySet()) {
            for (String named : each.getValue().named()) {
                if (!jar.hasClass(named)) {
                    return List.of(new Finding(
                            "ACQ-2253",
                            "core missing",
                            Printable.line(each.getKey()) + " needs " + Printable.line(named.replace('/', '.')),
                            "add io.acequia:streaming-core in scope 'compile', or look with --provided when it is on the"
                                    + " class path there"));
                }
            }
        }
        return List.of();
    }
}
