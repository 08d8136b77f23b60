/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.PrintWriter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a program failed, in a few lines: what, the causes, what to do. */
final class FailureReport {
    private static final Pattern CODE = Pattern.compile("ACQ-\\d+");

    private FailureReport() {}

    static void print(String program, Throwable failure, boolean stacktrace, PrintWriter to) {
        to.println("acequia: " + program + " failed: " + sentence(failure));
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.add(failure);
        for (Throwable cause = failure.getCause(); cause != null && seen.add(cause); cause = cause.getCause()) {
            to.println("  cause: " + sentence(cause));
        }
        String code = code(failure);
        if (code != null) {
            to.println("  what to do: see " + code + " in docs/errors.md");
        }
        if (stacktrace) {
            failure.printStackTrace(to);
        } else {
            to.println("  --stacktrace shows where it happened");
        }
        to.flush();
    }

    /** A message with a code explains itself; others mean little without their type. */
    private static String sentence(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return failure.getClass().getName();
        }
        return CODE.matcher(message).lookingAt() ? message : failure.getClass().getName() + ": " + message;
    }

    private static @Nullable String code(Throwable failure) {
        Matcher code = CODE.matcher(String.valueOf(failure.getMessage()));
        return code.lookingAt() ? code.group() : null;
    }
}
