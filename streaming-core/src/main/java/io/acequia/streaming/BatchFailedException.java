/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Time;
import org.jspecify.annotations.Nullable;

/** A batch failed and the context stopped because of it; the cause is what the user's function threw. */
public final class BatchFailedException extends StreamingException {
    private final Time batchTime;
    private final String output;
    private final String callSite;
    private final int partition;

    public BatchFailedException(
            String code,
            String what,
            Time batchTime,
            String output,
            String callSite,
            int partition,
            @Nullable Throwable cause) {
        super(code, what, cause);
        this.batchTime = batchTime;
        this.output = output;
        this.callSite = callSite;
        this.partition = partition;
    }

    /** The batch. */
    public Time batchTime() {
        return batchTime;
    }

    /** Uid of the output operation, or the name of the step that failed before any output ran. */
    public String output() {
        return output;
    }

    /** Where the program wrote what failed: {@code WordCount.java:42}. */
    public String callSite() {
        return callSite;
    }

    /** The partition whose task failed, or -1 when it was no task. */
    public int partition() {
        return partition;
    }
}
