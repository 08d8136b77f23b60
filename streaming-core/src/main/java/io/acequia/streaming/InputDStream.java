/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.receiver.AckMode;
import java.time.Duration;

/**
 * A stream straight from a source, with the options of the source. To be set before the context starts.
 *
 * @param <T> type of the records
 */
public interface InputDStream<T> extends DStream<T> {
    @Override
    InputDStream<T> uid(String uid);

    @Override
    InputDStream<T> name(String display);

    /** When a delivery is acknowledged; reliable receivers only, else refused. */
    InputDStream<T> ackMode(AckMode mode);

    /** At most so many records a second; 0 means no limit. Default: {@code streaming.receiver.max.rate}. */
    InputDStream<T> maxRate(long recordsPerSecond);

    /** Whether received blocks are logged; receivers only, else refused. */
    InputDStream<T> dataLog(boolean on);

    /** What becomes of what the source could not decode. Default: left out and counted. */
    InputDStream<T> onPoison(ErrorPolicy policy);

    /** Warns when the source was silent for so long; receivers only, else refused. */
    InputDStream<T> idleAlarm(Duration silence);

    /** Connection attempts in a row before the source counts as failed; receivers only, else refused. Default: no end. */
    InputDStream<T> retries(int most);

    /** Number of the stream in its context, from 0, for display. */
    int id();
}
