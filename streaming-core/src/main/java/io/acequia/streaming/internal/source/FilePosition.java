/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a file source stands after a batch. As text: a line {@code files1 <start> <planned>}, and then one line for each file
 * that a restart must know, {@code +<modified> <path>} for one that was taken not longer ago than remember and
 * {@code ?<modified> <path>} for one that waits for its turn. Times are milliseconds since the epoch in base 36; in a path, a
 * backslash and a newline are written {@code \\} and {@code \n}.
 *
 * @param startMs start of the very first run: what is older was there before
 * @param plannedMs time of the last batch planned; {@link Long#MIN_VALUE} before the first
 * @param taken files that were taken, with their last known modification
 * @param pending files that wait, with the modification that gives them their turn
 */
record FilePosition(long startMs, long plannedMs, Map<String, Long> taken, Map<String, Long> pending) {
    private static final String HEAD = "files1";

    static FilePosition beginning(long startMs) {
        return new FilePosition(startMs, Long.MIN_VALUE, Map.of(), Map.of());
    }

    boolean isBeginning() {
        return plannedMs == Long.MIN_VALUE;
    }

    static FilePosition parse(String text) {
        try {
            String[] lines = text.split("\n");
            String[] head = lines[0].split(" ");
            if (head.length != 3 || !head[0].equals(HEAD)) {
                throw new NumberFormatException(lines[0]);
            }
            Map<String, Long> taken = new HashMap<>();
            Map<String, Long> pending = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                int blank = lines[i].indexOf(' ');
                (lines[i].charAt(0) == '+' ? taken : pending)
                        .put(unescape(lines[i].substring(blank + 1)), number(lines[i].substring(1, blank)));
            }
            return new FilePosition(number(head[1]), number(head[2]), taken, pending);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "ACQ-0628 this is no position of a file source: '"
                            + text.substring(0, Math.min(80, text.length()))
                            + "'; the checkpoint was written by another source or a later version",
                    e);
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(HEAD);
        text.append(' ')
                .append(form(startMs))
                .append(' ')
                .append(form(plannedMs))
                .append('\n');
        taken.forEach((path, modifiedMs) -> append(text, '+', path, modifiedMs));
        pending.forEach((path, modifiedMs) -> append(text, '?', path, modifiedMs));
        return text.toString();
    }

    private static void append(StringBuilder text, char kind, String path, long modifiedMs) {
        text.append(kind).append(form(modifiedMs)).append(' ');
        text.append(path.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
    }

    private static String unescape(String path) {
        return path.indexOf('\\') < 0
                ? path
                : path.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\");
    }

    private static String form(long number) {
        return Long.toString(number, Character.MAX_RADIX);
    }

    private static long number(String text) {
        return Long.parseLong(text, Character.MAX_RADIX);
    }
}
