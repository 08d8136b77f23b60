/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Settings as text and back. */
final class SettingValues {
    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|min|h|d)");
    private static final Pattern RETRY = Pattern.compile("retry\\(\\s*(\\d+)\\s*,\\s*([^,]+?)\\s*,\\s*(\\w+)\\s*\\)");

    private SettingValues() {}

    static Object parse(StreamingConf.Key<?> key, String text) {
        try {
            return parse(key.type(), text.trim());
        } catch (IllegalArgumentException | NoSuchElementException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "ACQ-0404 " + key.name() + " = '" + text + "': must be " + form(key.type()) + ", such as "
                            + format(key.defaultValue()),
                    e);
        }
    }

    private static Object parse(Class<?> type, String text) {
        if (type == String.class) {
            return text;
        } else if (type == Boolean.class) {
            return bool(text);
        } else if (type == Integer.class) {
            return notNegative(Integer.parseInt(text));
        } else if (type == Long.class) {
            return notNegative(Long.parseLong(text));
        } else if (type == Double.class) {
            return decimal(text);
        } else if (type == Duration.class) {
            return duration(text);
        } else if (type == ByteSize.class) {
            return ByteSize.parse(text);
        } else if (type == FailurePolicy.class) {
            return failurePolicy(text);
        }
        return constant(type, text);
    }

    static String format(Object value) {
        if (value instanceof Duration duration) {
            return Durations.text(duration);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return value.toString();
    }

    /** How a value of that type is written, in words. */
    static String form(Class<?> type) {
        if (type.isEnum()) {
            StringBuilder names = new StringBuilder("one of");
            for (Object constant : type.getEnumConstants()) {
                names.append(' ').append(format(constant));
            }
            return names.toString();
        }
        return switch (type.getSimpleName()) {
            case "Boolean" -> "true or false";
            case "Integer", "Long" -> "a whole number, not negative";
            case "Double" -> "a number, not negative";
            case "Duration" -> "a duration with its unit (ms, s, m, h, d)";
            case "ByteSize" -> "a size with its unit (B, KiB, MiB, GiB, TiB)";
            case "FailurePolicy" -> "stop, continue or retry(times, wait, stop|continue)";
            default -> "text";
        };
    }

    private static Boolean bool(String text) {
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return Boolean.valueOf(text);
        }
        throw new IllegalArgumentException(text);
    }

    private static <N extends Number> N notNegative(N number) {
        if (number.longValue() < 0) {
            throw new IllegalArgumentException(number.toString());
        }
        return number;
    }

    /** By way of BigDecimal, which knows neither NaN nor the suffixes of Java. */
    private static Double decimal(String text) {
        double number = new BigDecimal(text).doubleValue();
        if (number < 0 || Double.isInfinite(number)) {
            throw new IllegalArgumentException(text);
        }
        return number;
    }

    private static Duration duration(String text) {
        Matcher form = DURATION.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException(text);
        }
        long n = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "h" -> Duration.ofHours(n);
            case "d" -> Duration.ofDays(n);
            default -> Duration.ofMinutes(n);
        };
    }

    private static FailurePolicy failurePolicy(String text) {
        Matcher retry = RETRY.matcher(text.toLowerCase(Locale.ROOT));
        if (retry.matches()) {
            return FailurePolicy.retry(Integer.parseInt(retry.group(1)), duration(retry.group(2)), (FailurePolicy.Kind)
                    constant(FailurePolicy.Kind.class, retry.group(3)));
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "stop" -> FailurePolicy.stop();
            case "continue" -> FailurePolicy.keepGoing();
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Object constant(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (format(constant).equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return constant;
            }
        }
        throw new NoSuchElementException(text);
    }
}
