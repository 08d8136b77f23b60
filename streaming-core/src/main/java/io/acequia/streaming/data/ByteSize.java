/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes with a readable form: {@code 512 B}, {@code 64 KiB}, {@code 1 MiB}, {@code 2 GiB}. Units are powers of
 * 1024; {@code K}, {@code KB} and {@code KiB} mean the same.
 *
 * @param bytes not negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize>, Serializable {
    private static final Pattern FORM = Pattern.compile("(\\d+)\\s*([kKmMgGtT]?)(?:i?[bB])?");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("ACQ-0104 a size of " + bytes + " bytes: must not be negative");
        }
    }

    /** So many KiB. */
    public static ByteSize kibibytes(long n) {
        return new ByteSize(Math.multiplyExact(n, 1L << 10));
    }

    /** So many MiB. */
    public static ByteSize mebibytes(long n) {
        return new ByteSize(Math.multiplyExact(n, 1L << 20));
    }

    /**
     * Reads {@code 64 MiB}, {@code 64m}, {@code 1048576}.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static ByteSize parse(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (!form.matches()) {
            throw new IllegalArgumentException("ACQ-0105 '" + text
                    + "' is not a size: write a number and B, KiB, MiB, GiB or TiB, such as 64 MiB");
        }
        int power =
                " kmgt".indexOf(form.group(2).isEmpty() ? " " : form.group(2).toLowerCase(Locale.ROOT));
        return new ByteSize(Math.multiplyExact(Long.parseLong(form.group(1)), 1L << (10 * power)));
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The largest unit that divides the size: {@code 64 MiB}. */
    @Override
    public String toString() {
        int unit = 0;
        long n = bytes;
        while (n != 0 && n % 1024 == 0 && unit < UNITS.length - 1) {
            n /= 1024;
            unit++;
        }
        return n + " " + UNITS[unit];
    }
}
