/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StateMismatchException;
import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.schedule.DirectoryRefusedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a program failed, in a few lines: what, the causes, what to do; and the exit code for it. */
final class FailureReport {
    private static final Pattern CODE = Pattern.compile("ACQ-\\d+");

    private FailureReport() {}

    /** Tells it, with the stack or with how to get that. */
    static void print(String program, Throwable failure, boolean stacktrace, PrintWriter to) {
        print(program, failure, to);
        if (stacktrace) {
            failure.printStackTrace(to);
        } else {
            to.println("  --stacktrace shows where it happened");
        }
        to.flush();
    }

    /** Tells it without a word of the stack. */
    static void print(String program, Throwable failure, PrintWriter to) {
        to.println("acequia: " + program + " failed: " + sentence(failure));
        for (Throwable cause : causes(failure).stream().skip(1).toList()) {
            to.println("  cause: " + sentence(cause));
        }
        String code = code(failure);
        if (code != null) {
            to.println("  what to do: see " + code + " in docs/errors.md");
        }
        if (exitCode(failure) == Acequia.DATA_REFUSED) {
            to.println("  data was refused (exit code 3): to start again cannot help before that is put right");
        }
        to.flush();
    }

    /** 3 when data was refused, be it as a cause; else 1. */
    static int exitCode(Throwable failure) {
        return causes(failure).stream().anyMatch(FailureReport::refusesData)
                ? Acequia.DATA_REFUSED
                : Acequia.JOB_FAILED;
    }

    private static boolean refusesData(Throwable cause) {
        return cause instanceof LogDamagedException
                || cause instanceof CheckpointRefusedException
                || cause instanceof DataRefusedException
                || cause instanceof DirectoryRefusedException
                || cause instanceof StateMismatchException
                || cause instanceof LettersRefusedException;
    }

    /** A failure and its causes, each once. */
    private static List<Throwable> causes(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> ordered = new ArrayList<>();
        for (Throwable cause = failure; cause != null && seen.add(cause); cause = cause.getCause()) {
            ordered.add(cause);
        }
        return ordered;
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
