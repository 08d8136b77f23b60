/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.Serializable;
import java.util.Objects;

/** What becomes of a record for which a function throws, or which a source cannot decode. */
public sealed interface ErrorPolicy extends Serializable {
    /** The task fails: the default. */
    static ErrorPolicy fail() {
        return new Fail();
    }

    /** The record is left out and counted. */
    static ErrorPolicy skip() {
        return new Skip();
    }

    /**
     * The record goes to {@code sink} with its cause, before the batch counts as done, and is counted. What an output finds
     * that asks only for the first records ({@code print}) has a key of its own, {@code UID.first}, so that it never
     * replaces the letters of an output that asks for all.
     */
    static ErrorPolicy deadLetter(DeadLetterSink sink) {
        return new ToSink(Objects.requireNonNull(sink, "sink"));
    }

    /** {@link #fail()}. */
    record Fail() implements ErrorPolicy {}

    /** {@link #skip()}. */
    record Skip() implements ErrorPolicy {}

    /** {@link #deadLetter}. */
    record ToSink(DeadLetterSink sink) implements ErrorPolicy {}
}
