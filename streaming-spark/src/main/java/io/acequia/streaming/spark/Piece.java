/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.SparkEnv;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.SerializerInstance;

/**
 * Some records on their way through a shuffle, written by Spark's serializer one after another, and read one by one. They are bytes
 * because Spark measures again and again what its sort holds, and would look at each record each time.
 */
final class Piece {
    private static final int MOST_RECORDS = 256;
    private static final int MOST_BYTES = 1 << 20;

    private Piece() {}

    /** That of the JVM's Spark, for one thread. */
    static SerializerInstance serializer() {
        return SparkEnv.get().serializer().newInstance();
    }

    /** Writes one; by one thread. */
    static final class Writer<T> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final SerializationStream out;
        private int count;

        Writer(SerializerInstance serializer) {
            out = serializer.serializeStream(bytes);
        }

        void add(T record) {
            out.writeObject(record, Scala.tag());
            count++;
        }

        boolean isFull() {
            return count == MOST_RECORDS || bytes.size() >= MOST_BYTES;
        }

        int count() {
            return count;
        }

        byte[] finish() {
            out.close();
            return bytes.toByteArray();
        }
    }

    /** Reads one; by one thread. */
    static final class Reader<T> implements Iterator<T>, AutoCloseable {
        private final DeserializationStream in;
        private int left;

        /** @param count of its records */
        Reader(SerializerInstance serializer, byte[] bytes, int count) {
            in = serializer.deserializeStream(new ByteArrayInputStream(bytes));
            left = count;
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public T next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            left--;
            return in.readObject(Scala.tag());
        }

        @Override
        public void close() {
            in.close();
        }
    }
}
