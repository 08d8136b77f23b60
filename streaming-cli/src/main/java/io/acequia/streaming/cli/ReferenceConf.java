/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether {@code reference.conf} has the defaults of the parts of Akka that are in a JAR. */
final class ReferenceConf {
    private static final String FILE = "reference.conf";
    private static final Pattern INCLUDE = Pattern.compile("include\\s+(?:classpath\\(\\s*)?\"([^\"]+)\"");

    /** A class of each part, and a key that the defaults of no other part have. */
    private static final Map<String, String> MARKS = new TreeMap<>(Map.of(
            "actor.ActorSystem", "actor.default-dispatcher",
            "remote.RemoteActorRefProvider", "remote.watch-failure-detector",
            "cluster.Cluster", "cluster.seed-nodes",
            "stream.Materializer", "stream.materializer"));

    private static final Map<String, String> PACKAGES =
            new TreeMap<>(Map.of("akka", "akka", "org.apache.pekko", "pekko"));

    private ReferenceConf() {}

    /** The classes of a part are inside, and its defaults are not. */
    static List<Finding> notMerged(JarContent jar) throws IOException {
        if (jar.hasJarsInside()) {
            return List.of();
        }
        List<String> missing = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        addKeys(jar, FILE, new HashSet<>(), keys);
        PACKAGES.forEach((base, root) -> MARKS.forEach((type, key) -> {
            if (jar.hasClass(base + "." + type) && !keys.contains(root + "." + key)) {
                missing.add(root + "." + key);
            }
        }));
        if (missing.isEmpty()) {
            return List.of();
        }
        return List.of(new Finding(
                "ACQ-2245",
                "reference.conf not merged",
                FILE + (jar.names().contains(FILE) ? " lacks " : " is not there, and so not ") + Finding.first(missing),
                "append the files of that name (maven-shade: AppendingTransformer)"));
    }

    private static void addKeys(JarContent jar, String name, Set<String> seen, Set<String> to) throws IOException {
        if (seen.add(name)) {
            String text = jar.text(name);
            to.addAll(HoconKeys.of(text));
            Matcher include = INCLUDE.matcher(text);
            while (include.find()) {
                String file = include.group(1);
                addKeys(jar, file.endsWith(".conf") ? file : file + ".conf", seen, to);
            }
        }
    }
}
