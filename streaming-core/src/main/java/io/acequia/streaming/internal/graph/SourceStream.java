/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.receiver.AckMode;
import java.time.Duration;

/** A stream straight from a source. */
public final class SourceStream<T> extends PlainStream<T> implements InputDStream<T> {
    private final InputNode input;

    SourceStream(InputNode input) {
        super(input);
        this.input = input;
    }

    @Override
    public InputDStream<T> uid(String uid) {
        super.uid(uid);
        return this;
    }

    @Override
    public InputDStream<T> name(String display) {
        super.name(display);
        return this;
    }

    @Override
    public InputDStream<T> ackMode(AckMode mode) {
        input.ackMode(mode);
        return this;
    }

    @Override
    public InputDStream<T> maxRate(long recordsPerSecond) {
        input.maxRate(recordsPerSecond);
        return this;
    }

    @Override
    public InputDStream<T> dataLog(boolean on) {
        input.dataLog(on);
        return this;
    }

    @Override
    public InputDStream<T> onPoison(ErrorPolicy policy) {
        input.poison(policy);
        return this;
    }

    @Override
    public InputDStream<T> idleAlarm(Duration silence) {
        input.idleAlarm(silence);
        return this;
    }

    @Override
    public InputDStream<T> retries(int most) {
        input.retries(most);
        return this;
    }

    /** Keeps received blocks as the level says. */
    public SourceStream<T> storage(StorageLevel level) {
        input.storage(level);
        return this;
    }

    @Override
    public int id() {
        return input.streamId();
    }
}
