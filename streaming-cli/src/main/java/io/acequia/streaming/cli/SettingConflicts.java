/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.Key;
import io.acequia.streaming.data.ByteSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings that are right by themselves and contradict each other: a start would refuse them, or one of them would have no
 * effect. What depends on the program, as the number of its sources, only its start can tell.
 */
final class SettingConflicts {
    private static final List<Key<?>> OF_BACKPRESSURE = List.of(
            StreamingConf.BACKPRESSURE_INITIAL_RATE,
            StreamingConf.BACKPRESSURE_MIN_RATE,
            StreamingConf.BACKPRESSURE_PROPORTIONAL,
            StreamingConf.BACKPRESSURE_INTEGRAL,
            StreamingConf.BACKPRESSURE_DERIVED);

    private final StreamingConf conf;
    private final List<String> found = new ArrayList<>();

    private SettingConflicts(StreamingConf conf) {
        this.conf = conf;
    }

    /** A sentence for each contradiction. */
    static List<String> in(StreamingConf conf) {
        SettingConflicts conflicts = new SettingConflicts(conf);
        conflicts.ofRates();
        conflicts.ofWaits();
        conflicts.ofSizes();
        return conflicts.found;
    }

    private void ofRates() {
        if (conf.get(StreamingConf.BACKPRESSURE_ENABLED)) {
            ofRatesWithBackpressure();
        } else {
            OF_BACKPRESSURE.stream()
                    .filter(key -> conf.contains(key.name()))
                    .forEach(key -> conflict(
                            key, StreamingConf.BACKPRESSURE_ENABLED, "the first has no effect: turn the second on"));
        }
        if (exceeds(StreamingConf.RECEIVER_MAX_RATE, StreamingConf.RECEIVER_MAX_RATE_TOTAL)) {
            conflict(
                    StreamingConf.RECEIVER_MAX_RATE,
                    StreamingConf.RECEIVER_MAX_RATE_TOTAL,
                    "no receiver can reach the first: lower it, or raise the second");
        }
    }

    private void ofRatesWithBackpressure() {
        for (Key<Long> rate : List.of(StreamingConf.BACKPRESSURE_MIN_RATE, StreamingConf.BACKPRESSURE_INITIAL_RATE)) {
            for (Key<Long> most : List.of(StreamingConf.RECEIVER_MAX_RATE, StreamingConf.RECEIVER_MAX_RATE_TOTAL)) {
                if (exceeds(rate, most)) {
                    conflict(rate, most, "the second limits the first: lower the first, or raise the second");
                }
            }
        }
    }

    /** Where 0 sets no limit. */
    private boolean exceeds(Key<Long> rate, Key<Long> most) {
        return conf.get(most) > 0 && conf.get(rate) > conf.get(most);
    }

    private void ofWaits() {
        if (conf.get(StreamingConf.RECEIVER_RETRY_FIRST).compareTo(conf.get(StreamingConf.RECEIVER_RETRY_MOST)) > 0) {
            conflict(
                    StreamingConf.RECEIVER_RETRY_FIRST,
                    StreamingConf.RECEIVER_RETRY_MOST,
                    "the first wait is longer than the longest: a receiver is refused");
        }
    }

    private void ofSizes() {
        if (conf.get(StreamingConf.LOG_ENABLED)) {
            for (Key<ByteSize> record : List.of(StreamingConf.SOURCE_MAX_LINE, StreamingConf.SOURCE_MAX_FRAME)) {
                if (isLarger(record, StreamingConf.LOG_MAX_RECORD)) {
                    conflict(
                            record,
                            StreamingConf.LOG_MAX_RECORD,
                            "what a source accepts the log would reject: lower the first, or raise the second");
                }
            }
        }
        if (isSet(StreamingConf.SOURCE_BUFFER) && isLarger(StreamingConf.BLOCK_SIZE, StreamingConf.SOURCE_BUFFER)) {
            conflict(
                    StreamingConf.BLOCK_SIZE,
                    StreamingConf.SOURCE_BUFFER,
                    "a receiver may not hold a whole block: lower the first, or raise the second");
        }
        if (isSet(StreamingConf.STORAGE_MEMORY)
                && isLarger(StreamingConf.SOURCE_BUFFER, StreamingConf.STORAGE_MEMORY)) {
            conflict(
                    StreamingConf.SOURCE_BUFFER,
                    StreamingConf.STORAGE_MEMORY,
                    "one receiver may hold more than there is for all: lower the first, or raise the second");
        }
    }

    private boolean isSet(Key<ByteSize> size) {
        return conf.get(size).bytes() > 0;
    }

    private boolean isLarger(Key<ByteSize> size, Key<ByteSize> other) {
        return conf.get(size).bytes() > conf.get(other).bytes();
    }

    private void conflict(Key<?> first, Key<?> second, String why) {
        found.add("ACQ-2281 " + text(first) + " and " + text(second) + " contradict each other: " + why);
    }

    private String text(Key<?> key) {
        return key.name() + " = " + conf.values().get(key.name());
    }
}
