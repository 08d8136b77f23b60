/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

/**
 * Watches a context. All calls come from one thread, in order; each takes its time from the next one, not from a batch. An
 * exception is logged and counted, never fatal. Stopping the context inside a listener is refused.
 */
public interface StreamingListener {
    /** The context runs. */
    default void onStreamingStarted(StreamingStarted e) {}

    /** A receiver is connected for the first time. */
    default void onReceiverStarted(ReceiverEvent e) {}

    /** A receiver moved to another state. */
    default void onReceiverStateChanged(ReceiverEvent e) {}

    /** A receiver failed; it may be tried again. */
    default void onReceiverError(ReceiverEvent e) {}

    /** A receiver stopped for good. */
    default void onReceiverStopped(ReceiverEvent e) {}

    /** A batch is planned and waits. */
    default void onBatchSubmitted(BatchInfo b) {}

    /** A batch runs. */
    default void onBatchStarted(BatchInfo b) {}

    /** A batch is done, well or with a failure. */
    default void onBatchCompleted(BatchInfo b) {}

    /** An output operation of a batch runs. */
    default void onOutputOperationStarted(OutputInfo o) {}

    /** An output operation of a batch is done, well or with a failure. */
    default void onOutputOperationCompleted(OutputInfo o) {}

    /** A checkpoint was written, or failed. */
    default void onCheckpointCompleted(CheckpointInfo c) {}

    /** The context has stopped; the last event. */
    default void onStreamingStopped(StreamingStopped e) {}
}
