/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps values that look secret by the name of their key off the screen. */
final class Masking {
    private static final Pattern SECRET =
            Pattern.compile("(?i)secret|password|passwd|token|credential|api[._-]?key|access[._-]?key|private");

    private static final String MASK = "***";

    private Masking() {}

    static String value(String key, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return "(empty)";
        }
        return isSecret(key) ? MASK : value;
    }

    /** A message about a value, without the value when that is a secret. */
    static String message(String key, String value, @Nullable String message) {
        String text = String.valueOf(message);
        return isSecret(key) && !value.isEmpty() ? text.replace(value, MASK) : text;
    }

    static boolean isSecret(String key) {
        return SECRET.matcher(key).find();
    }
}
