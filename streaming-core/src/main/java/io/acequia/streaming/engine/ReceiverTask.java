/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The work of one receiver, which an engine runs where it likes: on a thread of this JVM, or as a long task of a cluster.
 *
 * @param <T> type of the records
 */
public interface ReceiverTask<T> extends Serializable {
    /** The stream whose records it brings. */
    int streamId();

    /**
     * Runs the receiver; returns when it has ended, and the driver knows. Called once, by a thread that is the receiver's own from then on.
     *
     * @throws java.io.UncheckedIOException when the driver has not heard the last word: the task must be run again
     */
    void run(Host<T> host);

    /**
     * The records of a block that was added with a place in its log, read from there when they are asked for.
     *
     * @param storage where the log is, as this place sees it
     */
    Block<T> logged(BlockInfo block, Storage storage);

    /** Where the log is: what {@link Host#storage} takes; empty without a log. */
    Optional<String> log();

    /**
     * What a running task is given by its engine. Safe for use by any thread.
     *
     * @param <T> type of the records
     */
    interface Host<T> {
        /** The way to the driver. */
        DriverChannel driver();

        /** The clock of the context. */
        StreamClock clock();

        /** Storage as this place sees it. */
        Storage storage(String uri) throws IOException;

        /**
         * Keeps the records of a block for the tasks that will read it; the lists must not change. A block with a place in
         * the log may be left to the log.
         *
         * @return false when there is no room, and the level has no disk: to be tried again
         */
        boolean keep(BlockInfo block, List<? extends List<T>> records, StorageLevel level) throws IOException;

        /** Takes the handle by which the engine reaches the running task. Called once, first. */
        void control(Control control);
    }

    /** How an engine reaches a running task. Any thread; also after the task has returned. */
    interface Control {
        /** Asks the driver for news now, and acts on them. Called when there are some, or every so often. */
        void beat();

        /**
         * Stores what was read so far and adds it; blocks as the storage does.
         *
         * @throws IOException when the log is broken
         */
        void flush() throws IOException;

        /** Gives back what outlives the thread, such as the log. Again has no effect. */
        void close();
    }

    /** A launched task, as the driver sees it. An engine that cannot reach it promptly lets {@code beat} and {@code flush} be. */
    interface Running extends Control {
        /** Waits until the task has returned, at most so long; whether it has. */
        boolean awaitEnd(Duration atMost) throws InterruptedException;

        /** Where its thread is now, for people: name and stack. */
        String whereabouts();
    }
}
