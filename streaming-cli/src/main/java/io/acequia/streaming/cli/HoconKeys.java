/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys that a text of HOCON sets, as paths with dots. It looks at keys only, and takes any text. */
final class HoconKeys {
    /** Comments, long texts and substitutions; else the text of a key or a value, quoted or not; else what divides them. */
    private static final Pattern TOKEN = Pattern.compile("(?:#|//)[^\\n]*|\"\"\"[\\s\\S]*?\"\"\"|\\$\\{[^}\\n]*}"
            + "|(?<text>\"[^\\n]*?(?<!(?<!\\\\)\\\\)\"|[^\\s{}\\[\\],=:#\"/+$]+|[/+$\"])"
            + "|(?<mark>[{}\\[\\],=:\\n])");

    private final Set<String> keys = new HashSet<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final StringBuilder key = new StringBuilder();
    private boolean inValue;
    private int arrays;

    private HoconKeys() {}

    /** Reads them. */
    static Set<String> of(String text) {
        HoconKeys reader = new HoconKeys();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            if (token.group("mark") != null) {
                reader.mark(token.group().charAt(0));
            } else if (token.group("text") != null && !reader.inValue && reader.arrays == 0) {
                reader.key.append(token.group().replace("\"", ""));
            }
        }
        return reader.keys;
    }

    private void mark(char mark) {
        if (mark == '[' || mark == ']') {
            arrays = Math.max(0, arrays + (mark == '[' ? 1 : -1));
        } else if (arrays == 0) {
            switch (mark) {
                case '{' -> enter();
                case '}' -> leave();
                case '=', ':' -> begin();
                default -> end();
            }
        }
    }

    /** After a key, with or without a sign between; without a key it is the object around all. */
    private void enter() {
        begin();
        open.push(path());
        end();
    }

    private void leave() {
        open.poll();
        end();
    }

    private void begin() {
        if (!inValue && key.length() > 0) {
            if (key.charAt(key.length() - 1) == '+') {
                key.setLength(key.length() - 1); // of +=
            }
            keys.add(path());
        }
        inValue = true;
    }

    private void end() {
        key.setLength(0);
        inValue = false;
    }

    private String path() {
        String above = open.isEmpty() ? "" : open.peek();
        return above.isEmpty() || key.length() == 0 ? above + key : above + "." + key;
    }
}
