/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import java.util.OptionalLong;

/** A range that a task reads. */
final class RangeSplit<T> implements Split<T> {
    private final KinesisSource.Settings settings;
    private final Mapping<T> mapping;
    private final KinesisRange range;

    RangeSplit(KinesisSource.Settings settings, Mapping<T> mapping, KinesisRange range) {
        this.settings = settings;
        this.mapping = mapping;
        this.range = range;
    }

    @Override
    public SplitReader<T> open(TaskContext task) throws Exception {
        return RangeReader.open(settings, mapping, range, StreamClock.system());
    }

    @Override
    public String describe() {
        return range.toString();
    }

    /** A record may hold any number of packed ones. */
    @Override
    public OptionalLong recordCount() {
        return OptionalLong.empty();
    }
}
