/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.JobInfo;
import java.io.NotSerializableException;
import java.net.URI;

/** What every engine refuses in the same words. */
public final class Refusals {
    private Refusals() {}

    /** Of sides with different numbers of partitions. */
    public static IllegalArgumentException zip(int left, int right) {
        return new IllegalArgumentException(
                "ACQ-0511 cannot zip " + left + " partitions with " + right + ": both sides must have the same number");
    }

    /** Of a number of partitions. */
    public static IllegalArgumentException coalesce(int partitions) {
        return new IllegalArgumentException(
                "ACQ-0512 cannot coalesce to " + partitions + " partitions: must be at least 1");
    }

    /** Of another level. */
    public static IllegalStateException level(StorageLevel now, StorageLevel wanted) {
        return new IllegalStateException("ACQ-0513 the dataset is persisted with level " + now
                + " and cannot change to " + wanted + ": unpersist it first");
    }

    /** Of another directory. */
    public static IllegalStateException checkpoint(Object now, URI wanted) {
        return new IllegalStateException(
                "ACQ-0514 the dataset is checkpointed into " + now + " and cannot go to " + wanted + " as well");
    }

    /** Of a level that forgets. */
    public static IllegalArgumentException settle(StorageLevel level) {
        return new IllegalArgumentException("ACQ-0527 a dataset cannot be settled with level " + level
                + ": what is forgotten when memory is full could not be computed again; take MEMORY_AND_DISK");
    }

    /** Of a list that is cut. */
    public static IllegalArgumentException slices(int partitions) {
        return new IllegalArgumentException(
                "ACQ-0519 cannot cut a list into " + partitions + " partitions: must be at least 1");
    }

    private static IllegalArgumentException parallelism(String text) {
        return new IllegalArgumentException("ACQ-0518 streaming.parallelism = '" + text
                + "': must be a whole number of partitions, or 0 for the number of workers");
    }

    /** Of a job inside of a task. */
    public static IllegalStateException nested(JobInfo job, String outer) {
        return new IllegalStateException(
                "ACQ-0521 " + job.output() + " at " + job.callSite() + " was called inside a task of " + outer
                        + ": actions belong to the driver, not inside a function; run it before, and hand the result to the function");
    }

    /** Of a job after the end. */
    public static IllegalStateException closed(JobInfo job) {
        return new IllegalStateException("ACQ-0522 " + job.output() + " cannot run: the engine is closed");
    }

    /** Of a dataset that somebody else made. */
    public static IllegalArgumentException foreign(Dataset<?> dataset) {
        return new IllegalArgumentException(
                "ACQ-0523 a dataset of another engine (" + dataset.getClass().getName()
                        + ") cannot be combined with one of this engine: make both from the same context");
    }

    /** Of a partition that was settled and let go of. */
    public static IllegalStateException gone(int partition) {
        return new IllegalStateException(
                "ACQ-0526 partition " + partition
                        + " is gone: its RDD was released, or its file in the spill directory was deleted; a stream keeps RDDs longer with remember(..)");
    }

    /** Of the end of a job. */
    public static IllegalStateException notOne(Object operator, int count) {
        return new IllegalStateException("ACQ-0517 the last operator of a job, "
                + operator.getClass().getName() + ", pushed " + count + " records in a partition: must be exactly 1");
    }

    /** Of a partitioner. */
    public static IllegalArgumentException noPartitions(Partitioner partitioner) {
        return new IllegalArgumentException("ACQ-0506 partitioner " + partitioner + " has "
                + partitioner.numPartitions() + " partitions: must be at least 1");
    }

    /** Of where a partitioner wants a key. */
    public static IllegalStateException misplaced(Partitioner partitioner, Object key, int target) {
        return new IllegalStateException("ACQ-0507 partitioner " + partitioner + " placed key " + key + " in partition "
                + target + ": must be from 0 to " + (partitioner.numPartitions() - 1));
    }

    /** Of a function. */
    public static IllegalArgumentException notSerializable(Object function, NotSerializableException cause) {
        return new IllegalArgumentException(
                "ACQ-0504 " + function.getClass().getName() + " cannot be sent to a task: it holds an object of class "
                        + cause.getMessage()
                        + ", which is not serializable; make it serializable, create it inside the function, or broadcast it",
                cause);
    }

    /** Of a function that cannot be copied. */
    public static IllegalArgumentException notSendable(Object function, Exception cause) {
        return new IllegalArgumentException(
                "ACQ-0505 " + function.getClass().getName() + " cannot be sent to a task: " + cause, cause);
    }

    /** Of the add function of an accumulator. */
    public static IllegalStateException adding(String accumulator, Exception cause) {
        return new IllegalStateException(
                "ACQ-0501 the add function of accumulator '" + accumulator + "' threw: " + cause, cause);
    }

    /** Of a broadcast value. */
    public static IllegalStateException noValue(Broadcast<?> broadcast) {
        return new IllegalStateException(
                "ACQ-0503 " + broadcast + " has no value: it was unpersisted, or it is a serialized copy");
    }

    /** Of a key without a state. */
    public static IllegalStateException notDue(Object key, String uid, Time at) {
        return new IllegalStateException("ACQ-0566 key " + key + " of state '" + uid
                + "' has no state and cannot be due at " + at + ": put one first");
    }

    /** Of a step in the past. */
    public static IllegalArgumentException stepped(String uid, Time time, Time newest) {
        return new IllegalArgumentException("ACQ-0568 state '" + uid + "' cannot be stepped for batch " + time
                + ": it was stepped for " + newest + ", and steps are in the order of time");
    }

    /** Of an input. */
    public static IllegalArgumentException placed(String uid, Dataset<?> input, Partitioner partitioner) {
        return new IllegalArgumentException("ACQ-0569 the input of state '" + uid + "' is placed by "
                + input.partitioner().map(Object::toString).orElse("nothing") + " and the state by " + partitioner
                + ": use partitionBy before");
    }

    /** Of a version; {@code known} says which there are. */
    public static IllegalStateException noVersion(String uid, Time time, String known) {
        return new IllegalStateException("ACQ-0567 state '" + uid + "' has no version of batch " + time + known
                + "; a stream keeps them longer with remember(..)");
    }

    /** Of received records. */
    public static IllegalStateException released(String owner, Object block) {
        return new IllegalStateException(
                "ACQ-0638 " + owner + " was released; call remember(..) or persist it and keep it yourself: " + block);
    }

    /** Refuses partitions that a dataset does not have. */
    public static void checkPartitions(int[] partitions, int count) {
        for (int partition : partitions) {
            if (partition < 0 || partition >= count) {
                throw new IllegalArgumentException(
                        "ACQ-0515 there is no partition " + partition + ": the dataset has " + count + ", from 0");
            }
        }
    }

    /** The setting as a number; {@code slots} when it is 0. */
    public static int parallelism(String text, int slots) {
        try {
            int n = Integer.parseInt(text.trim());
            if (n >= 0) {
                return n == 0 ? slots : n;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw parallelism(text);
    }
}
