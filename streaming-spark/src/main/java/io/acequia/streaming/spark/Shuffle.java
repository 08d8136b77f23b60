/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.engines.Concatenated;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.engines.Thrown;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.serializer.SerializerInstance;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Places records by key with Spark's shuffle. Spark brings the pieces of a partition in any order, so records travel in numbered
 * pieces, and Spark sorts those of a partition by where they come from; what does not fit into memory meanwhile it spills. A
 * {@link Piece} is many records, so the sort costs little.
 */
final class Shuffle {
    private Shuffle() {}

    /**
     * Where a piece goes and where it stands there.
     *
     * @param target partition that it goes to
     * @param source partition that it comes from
     * @param number counts the pieces between both
     * @param records how many the piece has
     */
    record Slot(int target, int source, int number, int records) implements Serializable {
        static final Comparator<Slot> ORDER = (Comparator<Slot> & Serializable) (a, b) ->
                a.source != b.source ? Integer.compare(a.source, b.source) : Integer.compare(a.number, b.number);
    }

    static <T> StepRdd<T> placed(Site site, RDD<T> parent, Function<T, ?> key, Partitioner partitioner) {
        RDD<Tuple2<Slot, byte[]>> pieces = new Pieces<>(site, parent, key, partitioner);
        JavaPairRDD<Slot, byte[]> pairs = JavaPairRDD.fromRDD(pieces, Scala.tag(), Scala.tag());
        return new Placed<>(
                site,
                pairs.repartitionAndSortWithinPartitions(new ByTarget(partitioner.numPartitions()), Slot.ORDER)
                        .rdd());
    }

    private static final class ByTarget extends org.apache.spark.Partitioner {
        private static final long serialVersionUID = 1;

        private final int count;

        ByTarget(int count) {
            this.count = count;
        }

        @Override
        public int numPartitions() {
            return count;
        }

        @Override
        public int getPartition(Object slot) {
            return ((Slot) slot).target;
        }
    }

    /** Before the shuffle: cuts a partition into pieces by target. */
    private static final class Pieces<T> extends StepRdd<Tuple2<Slot, byte[]>> {
        private static final long serialVersionUID = 1;

        private final RDD<T> parent;
        private final Function<T, ?> key;
        private final Partitioner partitioner;

        Pieces(Site site, RDD<T> parent, Function<T, ?> key, Partitioner partitioner) {
            super(parent.sparkContext(), site, Scala.oneToOne(parent));
            this.parent = parent;
            this.key = key;
            this.partitioner = partitioner;
        }

        @Override
        public Partition[] getPartitions() {
            return parent.partitions();
        }

        @Override
        Iterator<Tuple2<Slot, byte[]>> open(Partition partition, SparkTask task) throws Exception {
            return new Cutting<>(partition.index(), read(parent, partition, task), key, partitioner);
        }
    }

    private static final class Cutting<T> implements Iterator<Tuple2<Slot, byte[]>>, AutoCloseable {
        private final int source;
        private final Iterator<T> records;
        private final Function<T, ?> key;
        private final Partitioner partitioner;
        private final SerializerInstance serializer = Piece.serializer();
        private final Piece.@Nullable Writer<T>[] open;
        private final int[] numbers;
        private final ArrayDeque<Tuple2<Slot, byte[]>> ready = new ArrayDeque<>();
        private boolean ended;

        @SuppressWarnings({"unchecked", "rawtypes"})
        Cutting(int source, Iterator<T> records, Function<T, ?> key, Partitioner partitioner) {
            this.source = source;
            this.records = records;
            this.key = key;
            this.partitioner = partitioner;
            this.open = new Piece.Writer[partitioner.numPartitions()];
            this.numbers = new int[open.length];
        }

        @Override
        public boolean hasNext() {
            try {
                while (ready.isEmpty() && !ended) {
                    advance();
                }
            } catch (Throwable t) {
                Thrown.closeAfter(t, this);
                throw Roots.asIs(t);
            }
            return !ready.isEmpty();
        }

        private void advance() throws Exception {
            if (!records.hasNext()) {
                ended = true;
                for (int target = 0; target < open.length; target++) {
                    finish(target);
                }
                close();
                return;
            }
            T record = records.next();
            int target = place(key.call(record));
            Piece.Writer<T> piece = open[target];
            if (piece == null) {
                piece = new Piece.Writer<>(serializer);
                open[target] = piece;
            }
            piece.add(record);
            if (piece.isFull()) {
                finish(target);
            }
        }

        private void finish(int target) {
            Piece.Writer<T> piece = open[target];
            if (piece != null) {
                Slot slot = new Slot(target, source, numbers[target]++, piece.count());
                ready.add(new Tuple2<>(slot, piece.finish()));
                open[target] = null;
            }
        }

        private int place(Object keyOfRecord) {
            int target = partitioner.getPartition(keyOfRecord);
            if (target < 0 || target >= open.length) {
                throw Refusals.misplaced(partitioner, keyOfRecord, target);
            }
            return target;
        }

        @Override
        public Tuple2<Slot, byte[]> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }

        @Override
        public void close() {
            Roots.close(records);
        }
    }

    /** After the shuffle: the records of the pieces, in order. */
    private static final class Placed<T> extends StepRdd<T> {
        private static final long serialVersionUID = 1;

        private final RDD<Tuple2<Slot, byte[]>> pieces;

        Placed(Site site, RDD<Tuple2<Slot, byte[]>> pieces) {
            super(pieces.sparkContext(), site, Scala.oneToOne(pieces));
            this.pieces = pieces;
        }

        @Override
        public Partition[] getPartitions() {
            return pieces.partitions();
        }

        @Override
        Iterator<T> open(Partition partition, SparkTask task) throws Exception {
            Iterator<Tuple2<Slot, byte[]>> sorted = read(pieces, partition, task);
            SerializerInstance serializer = Piece.serializer();
            return new Concatenated<>(
                    () -> sorted,
                    piece -> new Piece.Reader<>(
                            serializer, piece._2(), piece._1().records()));
        }
    }
}
