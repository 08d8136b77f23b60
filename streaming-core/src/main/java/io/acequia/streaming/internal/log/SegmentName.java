/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code wal-<number as 16 hex digits>-<attempt as 8>.log}. An attempt is one opening of the log. */
record SegmentName(long number, int attempt) implements Comparable<SegmentName> {
    private static final Pattern FORM = Pattern.compile("wal-([0-9a-f]{16})-([0-9a-f]{8})\\.log");
    private static final Comparator<SegmentName> ORDER = Comparator.comparing(
                    SegmentName::number, Long::compareUnsigned)
            .thenComparing(SegmentName::attempt, Integer::compareUnsigned);

    /** Empty for files that are none of ours. */
    static Optional<SegmentName> parse(String file) {
        Matcher form = FORM.matcher(file);
        return form.matches()
                ? Optional.of(new SegmentName(
                        HexFormat.fromHexDigitsToLong(form.group(1)), HexFormat.fromHexDigits(form.group(2))))
                : Optional.empty();
    }

    String file() {
        return "wal-" + HexFormat.of().toHexDigits(number) + "-"
                + HexFormat.of().toHexDigits(attempt) + ".log";
    }

    @Override
    public int compareTo(SegmentName other) {
        return ORDER.compare(this, other);
    }
}
