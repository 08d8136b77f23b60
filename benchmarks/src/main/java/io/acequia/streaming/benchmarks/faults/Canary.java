/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.Externalizable;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;

/** Classes that sing when anything of them runs: static initialisers, constructors, and what serialization calls. Nobody registers them. */
final class Canary {
    private Canary() {}

    static void sing() {
        Cage.fire();
    }

    /** A bean. */
    public static final class Beans implements Serializable {
        private static final long serialVersionUID = 1;

        static {
            sing();
        }

        private String text = "x";

        public Beans() {
            sing();
        }

        @SuppressWarnings("UnusedMethod") // of serialization
        private void readObject(ObjectInputStream in) {
            sing();
        }

        @SuppressWarnings("UnusedMethod") // of serialization
        private Object readResolve() {
            sing();
            return this;
        }

        @Override
        public int hashCode() {
            sing();
            return text.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            sing();
            return other instanceof Beans;
        }

        @Override
        public String toString() {
            sing();
            return text;
        }
    }

    /** Reads itself. */
    public static final class Exter implements Externalizable {
        private static final long serialVersionUID = 1;

        static {
            sing();
        }

        public Exter() {
            sing();
        }

        @Override
        public void writeExternal(ObjectOutput out) {}

        @Override
        public void readExternal(ObjectInput in) {
            sing();
        }
    }

    /** Is asked for the order of a tree or a queue. */
    public static final class Order implements Comparator<String>, Serializable {
        private static final long serialVersionUID = 1;

        static {
            sing();
        }

        public Order() {
            sing();
        }

        @Override
        public int compare(String one, String other) {
            sing();
            return one.compareTo(other);
        }
    }

    /** A collection with a code of its own. */
    public static final class Lists extends AbstractList<String> implements Serializable {
        private static final long serialVersionUID = 1;

        static {
            sing();
        }

        public Lists() {
            sing();
        }

        @Override
        public void add(int at, String element) {
            sing();
        }

        @Override
        public String get(int at) {
            sing();
            return "x";
        }

        @Override
        public int size() {
            sing();
            return 1;
        }
    }

    /** A map with a code of its own. */
    public static final class Table extends AbstractMap<String, String> implements Serializable {
        private static final long serialVersionUID = 1;

        static {
            sing();
        }

        public Table() {
            sing();
        }

        @Override
        public String put(String key, String value) {
            sing();
            return value;
        }

        @Override
        public Set<Map.Entry<String, String>> entrySet() {
            sing();
            return Map.of("k", "v").entrySet();
        }
    }
}
