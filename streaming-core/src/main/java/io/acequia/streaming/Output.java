/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Time;
import java.io.Serializable;

/** An output operation: the handle for its identity and its failure policy. To be set before the context starts. */
public interface Output {
    /** The stable id of this output in checkpoints and keys; else it is derived from the chain before it. */
    Output uid(String uid);

    /** The name shown to people. */
    Output name(String display);

    /** What happens when this output fails; else the policy of the context. */
    Output onError(StreamingConf.FailurePolicy policy);

    /**
     * The identity of one partition's output, the same when a batch is repeated: a key for idempotent writes.
     *
     * @param time the batch
     * @param output uid of the output
     * @param partition the partition
     */
    record Key(Time time, String output, int partition) implements Serializable {}
}
