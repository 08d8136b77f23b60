/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.List;
import java.util.ServiceLoader;

/** What this command line runs with. */
final class Installation {
    private static final String CORE = "io.acequia.streaming.StreamingContext";
    private static final String ENGINE = "io.acequia.streaming.engine.EngineProvider";

    private final ClassLoader loader;

    Installation(ClassLoader loader) {
        this.loader = loader;
    }

    /** What is missing; nothing when a job can run. */
    List<Finding> findings() {
        String missing = missing();
        return missing.isEmpty()
                ? List.of()
                : List.of(new Finding(
                        "ACQ-2258",
                        "core missing here",
                        missing,
                        "put streaming-core on the class path, whole and once"));
    }

    private String missing() {
        try {
            Class.forName(CORE, false, loader);
            return ServiceLoader.load(Class.forName(ENGINE, false, loader), loader).stream()
                            .findAny()
                            .isPresent()
                    ? ""
                    : "META-INF/services/" + ENGINE;
        } catch (ClassNotFoundException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
