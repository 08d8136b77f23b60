/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When a program is started again, and after how long.
 *
 * @param restarts at most so many without a run of {@link #STEADY} between them
 * @param first how long to wait before the first; twice as long before each further one
 * @param most how long to wait at most
 */
record RestartPolicy(int restarts, Duration first, Duration most) {
    /** A run of this length shows that a restart was worth it: the count begins anew. */
    static final Duration STEADY = Duration.ofMinutes(10);

    private static final int DEFAULT_RESTARTS = 10;
    private static final String DEFAULT_BACK_OFF = "1s..1m";
    private static final Pattern BACK_OFF = Pattern.compile("(\\d{1,9})(ms|s|m)\\.\\.(\\d{1,9})(ms|s|m)");

    /** The exit codes of a process that was asked to end: by SIGHUP, SIGINT or SIGTERM. */
    private static final Set<Integer> ASKED_TO_END = Set.of(129, 130, 143);

    /**
     * A policy as options give it.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    static RestartPolicy of(@Nullable Integer restarts, @Nullable String backOff) {
        int most = restarts == null ? DEFAULT_RESTARTS : restarts;
        if (most < 0) {
            throw new IllegalArgumentException("ACQ-2231 --restarts " + most + ": must be at least 0");
        }
        String text = backOff == null ? DEFAULT_BACK_OFF : backOff;
        Matcher form = BACK_OFF.matcher(text);
        if (form.matches()) {
            RestartPolicy policy = new RestartPolicy(
                    most, duration(form.group(1), form.group(2)), duration(form.group(3), form.group(4)));
            if (policy.first.compareTo(Duration.ZERO) > 0 && policy.first.compareTo(policy.most) <= 0) {
                return policy;
            }
        }
        throw new IllegalArgumentException(
                "ACQ-2232 --back-off " + text + ": give the first wait and the longest, such as 1s..1m, in ms, s or m");
    }

    private static Duration duration(String number, String unit) {
        long n = Long.parseLong(number);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            default -> Duration.ofMinutes(n);
        };
    }

    /** Whether to start again can help after this exit code. */
    boolean isWorthIt(int exitCode) {
        return switch (exitCode) {
            case Acequia.OK, Acequia.USAGE, Acequia.DATA_REFUSED, Acequia.PARTIALLY_STOPPED -> false;
            default -> !ASKED_TO_END.contains(exitCode);
        };
    }

    /** How long to wait before a restart, from 1. */
    Duration waitBefore(int restart) {
        Duration wait = first;
        for (int i = 1; i < restart && wait.compareTo(most) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(most) < 0 ? wait : most;
    }
}
