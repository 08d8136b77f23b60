/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.BlockStatus;
import org.apache.spark.storage.RDDBlockId;
import scala.Option;

/**
 * Persisted partitions by the number of their RDD, without the RDD: the one class that asks the block manager, which Spark keeps for
 * itself. So a lineage does not grow with each batch of a stream.
 */
final class KeptBlocks {
    private KeptBlocks() {}

    /** In a task: the one record of a persisted partition; empty when no machine has it any more. */
    @SuppressWarnings("unchecked") // as the RDD with that number has it
    static <T> Optional<T> read(int rdd, int partition) {
        Option<BlockResult> found = SparkEnv.get().blockManager().get(new RDDBlockId(rdd, partition), Scala.<T>tag());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Iterator<T> records = (Iterator<T>) Scala.java(found.get().data());
        T record = records.next();
        while (records.hasNext()) {
            records.next(); // the end gives back the lock
        }
        return Optional.of(record);
    }

    /** On the driver: where a partition is. */
    static List<String> hosts(int rdd, int partition) {
        List<String> hosts = new ArrayList<>();
        BlockId block = new RDDBlockId(rdd, partition);
        for (BlockManagerId each : scala.jdk.javaapi.CollectionConverters.asJava(
                SparkEnv.get().blockManager().master().getLocations(block))) {
            hosts.add("executor_" + each.host() + "_" + each.executorId());
        }
        return hosts;
    }

    /** On the driver: what a partition takes on all machines. */
    static List<BlockStatus> status(int rdd, int partition) {
        return List.copyOf(scala.jdk.javaapi.CollectionConverters.asJava(
                        SparkEnv.get().blockManager().master().getBlockStatus(new RDDBlockId(rdd, partition), false))
                .values());
    }
}
