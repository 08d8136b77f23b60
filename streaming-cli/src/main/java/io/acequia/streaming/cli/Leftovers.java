/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Files of the JARs that went into a JAR, which are wrong for the whole. */
final class Leftovers {
    private static final Pattern SIGNATURE = Pattern.compile("(?i)META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    private static final Pattern MODULE = Pattern.compile("(META-INF/versions/\\d+/)?module-info\\.class");

    private Leftovers() {}

    /** A signature is inside, and not that of the JAR itself. */
    static List<Finding> signatures(JarContent jar) {
        List<String> files = jar.names().stream()
                .filter(name -> SIGNATURE.matcher(name).matches())
                .toList();
        if (files.isEmpty() || isSigned(jar)) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2246",
                "signature of another JAR left",
                Finding.first(files),
                "leave META-INF/*.SF, *.RSA, *.DSA and *.EC out (maven-shade: a filter), or the JVM refuses to start"));
    }

    /** Whether the manifest has the digest of every class, as when the JAR was signed after it was made. */
    private static boolean isSigned(JarContent jar) {
        Manifest manifest = jar.manifest();
        return !jar.classes().isEmpty()
                && jar.classes().keySet().stream().allMatch(name -> hasDigest(manifest.getAttributes(name)));
    }

    private static boolean hasDigest(@Nullable Attributes attributes) {
        return attributes != null
                && attributes.keySet().stream()
                        .anyMatch(key -> key.toString().toLowerCase(Locale.ROOT).endsWith("-digest"));
    }

    /** A description of one module is inside, and would be that of the whole. */
    static List<Finding> modules(JarContent jar) {
        List<String> files = jar.names().stream()
                .filter(name -> MODULE.matcher(name).matches())
                .toList();
        if (files.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2251",
                "description of a module left",
                Finding.first(files),
                "leave module-info.class out (maven-shade: a filter): it describes one of the JARs, not the whole"));
    }
}
