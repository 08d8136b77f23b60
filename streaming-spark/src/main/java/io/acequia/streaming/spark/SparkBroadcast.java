/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.internal.engines.Refusals;

/** A value that Spark brings to each machine once. */
final class SparkBroadcast<T> implements Broadcast<T> {
    private static final long serialVersionUID = 1;

    private final org.apache.spark.broadcast.Broadcast<T> spark;
    private volatile boolean gone;

    SparkBroadcast(org.apache.spark.broadcast.Broadcast<T> spark) {
        this.spark = spark;
    }

    @Override
    public T value() {
        if (gone) {
            throw Refusals.noValue(this);
        }
        return spark.value();
    }

    @Override
    public void unpersist() {
        if (!gone) {
            gone = true;
            spark.unpersist(false);
        }
    }

    @Override
    public String toString() {
        return "broadcast " + spark.id();
    }
}
