/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A dead letter as {@code DeadLetterSink.toFiles} writes it: one JSON object in a line.
 *
 * <p>Read here and not by a library, since whatever is on the class path of the command line, the programs that it runs meet
 * before their own version. The form is strict: exactly the six fields, in any order; strings and a whole number; nothing
 * twice, nothing else.
 */
record Letter(String origin, String position, long batchTime, byte[] raw, String text, String cause) {
    private static final Set<String> FIELDS = Set.of("origin", "position", "batchTime", "raw", "text", "cause");

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException with what is wrong, and where
     */
    static Letter parse(String line) {
        Map<String, String> fields = new Parser(line).object();
        if (!fields.keySet().equals(FIELDS)) {
            throw new IllegalArgumentException("the fields are " + fields.keySet() + ", and should be " + FIELDS);
        }
        return new Letter(
                fields.getOrDefault("origin", ""),
                fields.getOrDefault("position", ""),
                Long.parseLong(fields.getOrDefault("batchTime", "")),
                Base64.getDecoder().decode(fields.getOrDefault("raw", "")),
                fields.getOrDefault("text", ""),
                fields.getOrDefault("cause", ""));
    }

    /** One object of strings and whole numbers. */
    private static final class Parser {
        private final String line;
        private int at;

        Parser(String line) {
            this.line = line;
        }

        Map<String, String> object() {
            Map<String, String> fields = new HashMap<>();
            take('{');
            do {
                String name = string();
                take(':');
                String value = name.equals("batchTime") ? number() : string();
                if (fields.put(name, value) != null) {
                    throw wrong("the field '" + Printable.line(name) + "' is there twice");
                }
            } while (taken(','));
            take('}');
            skipSpace();
            if (at < line.length()) {
                throw wrong("something follows the letter");
            }
            return fields;
        }

        private String number() {
            skipSpace();
            int from = at;
            while (at < line.length() && "-0123456789".indexOf(line.charAt(at)) >= 0) {
                at++;
            }
            return line.substring(from, at);
        }

        private String string() {
            take('"');
            StringBuilder text = new StringBuilder();
            for (char c = next(); c != '"'; c = next()) {
                if (c < ' ') {
                    throw wrong("a control character stands in a string");
                }
                text.append(c == '\\' ? escaped() : c);
            }
            return text.toString();
        }

        private char escaped() {
            char c = next();
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> hex();
                default -> throw wrong("there is no such escape");
            };
        }

        private char hex() {
            if (line.length() - at < 4) {
                throw wrong("the line ends inside of an escape");
            }
            int code = 0;
            for (int i = 0; i < 4; i++) {
                int digit = Character.digit(line.charAt(at++), 16);
                if (digit < 0) {
                    throw wrong("an escape has four hexadecimal digits");
                }
                code = code << 4 | digit;
            }
            return (char) code;
        }

        private void take(char expected) {
            if (!taken(expected)) {
                throw wrong("there should be " + expected);
            }
        }

        private boolean taken(char expected) {
            skipSpace();
            boolean there = at < line.length() && line.charAt(at) == expected;
            at += there ? 1 : 0;
            return there;
        }

        private void skipSpace() {
            while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
                at++;
            }
        }

        private char next() {
            if (at == line.length()) {
                throw wrong("the line ends inside of a string");
            }
            return line.charAt(at++);
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("column " + at + ": " + what);
        }
    }
}
