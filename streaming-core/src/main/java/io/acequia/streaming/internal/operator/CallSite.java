/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import java.util.Set;

/** Where in the program something was asked for: {@code WordCount.java:42}. */
public final class CallSite {
    private static final String BASE = "io.acequia.streaming.";
    /** Defines inputs and outputs for a test, whose line is the one of interest. */
    private static final String TEST_STREAMS = BASE + "testkit.TestStreams";

    private static final Set<String> OURS =
            Set.of("data", "function", "receiver", "direct", "storage", "listener", "engine", "internal");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private CallSite() {}

    /** The nearest caller outside of the library; {@code unknown} when there is none. */
    public static String here() {
        return WALKER.walk(frames -> frames.filter(frame -> !isOurs(frame.getClassName()))
                .findFirst()
                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                .orElse("unknown"));
    }

    private static boolean isOurs(String className) {
        if (className.equals(TEST_STREAMS) || className.startsWith(TEST_STREAMS + "$")) {
            return true;
        }
        if (!className.startsWith(BASE)) {
            return className.startsWith("java.");
        }
        int dot = className.indexOf('.', BASE.length());
        return dot < 0
                ? !className.endsWith("Test") && !className.contains("Test$")
                : OURS.contains(className.substring(BASE.length(), dot))
                        && !className.endsWith("Test")
                        && !className.contains("Test$");
    }
}
