/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.Time;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The newest batches that a lane has committed, as they stand in the topic of keys: {@code 1 1767225601000 1767225602000}, the
 * number of the format before them. The {@value #MOST} newest are kept; fewer batches than that run at a time, so what is older
 * than all of a full set was committed, too, or given up.
 */
record CommittedTimes(NavigableSet<Long> times) {
    static final int MOST = 64;
    static final CommittedTimes NONE = new CommittedTimes(Collections.emptyNavigableSet());
    private static final String FORMAT = "1";

    boolean contains(Time batch) {
        long time = batch.milliseconds();
        return times.contains(time) || (times.size() >= MOST && time < times.first());
    }

    CommittedTimes with(Time batch) {
        NavigableSet<Long> more = new TreeSet<>(times);
        more.add(batch.milliseconds());
        while (more.size() > MOST) {
            more.pollFirst();
        }
        return new CommittedTimes(more);
    }

    String text() {
        return FORMAT + times.stream().map(time -> " " + time).collect(Collectors.joining());
    }

    static CommittedTimes parse(String text) {
        String[] parts = text.split(" ", -1);
        NavigableSet<Long> times = new TreeSet<>();
        try {
            for (int i = 1; i < parts.length; i++) {
                times.add(Long.parseLong(parts[i]));
            }
        } catch (NumberFormatException e) {
            throw unreadable(text);
        }
        if (!parts[0].equals(FORMAT)) {
            throw unreadable(text);
        }
        return new CommittedTimes(times);
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException("ACQ-2525 '" + text
                + "' does not say which batches were committed: the topic of keys is written by something else, or by a newer"
                + " version; give each sink a topic that nobody else writes to by keysTopic(..)");
    }
}
