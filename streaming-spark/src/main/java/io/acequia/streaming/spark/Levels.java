/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StorageLevel;

/** Our storage levels as Spark's. Off the heap Spark keeps something only when it was given memory there: on the heap it is. */
final class Levels {
    private Levels() {}

    static org.apache.spark.storage.StorageLevel of(StorageLevel level) {
        return of(level, 1);
    }

    /** The same, with so many copies at least. */
    static org.apache.spark.storage.StorageLevel of(StorageLevel level, int least) {
        int copies = Math.max(least, level.name().endsWith("_2") ? 2 : 1);
        return org.apache.spark.storage.StorageLevel.apply(
                level.usesDisk(), level.usesMemory(), false, !level.isSerialized(), copies);
    }
}
