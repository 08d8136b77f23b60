/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.util.List;
import org.apache.spark.Partition;

/** Partitions of our RDDs; what they carry goes with each task, and with no other. */
final class Parts {
    private Parts() {}

    /** A partition and its number. */
    abstract static class Numbered implements Partition {
        private static final long serialVersionUID = 1;

        private final int index;

        Numbered(int index) {
            this.index = index;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public int hashCode() {
            return index;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** One that is only its number. */
    static final class Number extends Numbered {
        private static final long serialVersionUID = 1;

        Number(int index) {
            super(index);
        }
    }

    /** So many, from 0. */
    static Partition[] numbers(int count) {
        Partition[] numbers = new Partition[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = new Number(i);
        }
        return numbers;
    }

    /** One that reads partitions of its parents. */
    static final class Several extends Numbered {
        private static final long serialVersionUID = 1;

        private final Partition[] parts;

        Several(int index, Partition... parts) {
            super(index);
            this.parts = parts;
        }

        Partition part(int number) {
            return parts[number];
        }

        List<Partition> all() {
            return List.of(parts);
        }
    }

    /** One that has what it reads. */
    static final class Holding<E> extends Numbered {
        private static final long serialVersionUID = 1;

        private final List<E> content;

        Holding(int index, List<E> content) {
            super(index);
            this.content = content;
        }

        List<E> content() {
            return content;
        }
    }

    /** One of a parent among several. */
    static final class Of extends Numbered {
        private static final long serialVersionUID = 1;

        private final int parent;
        private final Partition part;

        Of(int index, int parent, Partition part) {
            super(index);
            this.parent = parent;
            this.part = part;
        }

        int parent() {
            return parent;
        }

        Partition part() {
            return part;
        }
    }
}
