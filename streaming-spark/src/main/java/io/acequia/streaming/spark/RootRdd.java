/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.internal.engines.Concatenated;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;

/**
 * The start of a chain: elements that travel with the tasks, and how records are read from them.
 *
 * @param <E> what a partition is made of: records, blocks, splits
 */
final class RootRdd<E, T> extends StepRdd<T> {
    private static final long serialVersionUID = 1;

    private final transient List<List<E>> groups;
    private final Opening<E, T> opening;

    /** Reads the records of an element. */
    interface Opening<E, T> extends Serializable {
        Iterator<T> open(E element, SparkTask task) throws Exception;
    }

    RootRdd(SparkContext spark, Site site, List<List<E>> groups, Opening<E, T> opening) {
        super(spark, site, Scala.seq(List.of()));
        this.groups = groups;
        this.opening = opening;
    }

    @Override
    public Partition[] getPartitions() {
        Partition[] partitions = new Partition[groups.size()];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = new Parts.Holding<>(i, groups.get(i));
        }
        return partitions;
    }

    @Override
    @SuppressWarnings("unchecked") // as getPartitions made it
    Iterator<T> open(Partition partition, SparkTask task) throws Exception {
        List<E> content = ((Parts.Holding<E>) partition).content();
        return content.size() == 1
                ? opening.open(content.get(0), task)
                : new Concatenated<>(content, element -> opening.open(element, task));
    }
}
