/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Time;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Text of others, and figures, as a terminal may be given them. */
final class Printable {
    private static final int LONGEST = 160;

    private Printable() {}

    /** One line of at most 160 characters: what would move the cursor or end the line is escaped, what is longer is cut. */
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        int at = 0;
        while (at < text.length() && line.length() < LONGEST) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            if (c == '\n') {
                line.append("\\n");
            } else if (isControl(c)) {
                line.append(String.format("\\u%04x", c));
            } else {
                line.appendCodePoint(c);
            }
        }
        return at < text.length() ? line + "…" : line.toString();
    }

    private static boolean isControl(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    /** What stands in a record: bytes as text when they are none. */
    static String value(@Nullable Object value) {
        return line(value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value));
    }

    /** {@code 2026-01-01T00:00:00Z}. */
    static String time(Time time) {
        return Instant.ofEpochMilli(time.milliseconds()).toString();
    }

    /** {@code 1 letter}, {@code 2 letters}. */
    static String count(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    /** Rows with their cells below each other; the last cell of a row is not filled up. */
    static List<String> columns(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).length();
                if (i == widths.size()) {
                    widths.add(width);
                }
                widths.set(i, Math.max(widths.get(i), width));
            }
        }
        return rows.stream().map(row -> joined(row, widths)).toList();
    }

    private static String joined(List<String> row, List<Integer> widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            line.append(row.get(i));
            if (i < row.size() - 1) {
                line.append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
            }
        }
        return line.toString();
    }
}
