/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.RDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Between RDDs of the Spark engine and Spark itself. For the driver, any thread. */
public final class SparkInterop {
    private SparkInterop() {}

    /** The session of the Spark context that the engine runs on; made when there is none. */
    public static SparkSession session() {
        return SparkSession.builder().getOrCreate();
    }

    /**
     * The RDD as Spark's own. Nothing runs.
     *
     * @throws IllegalArgumentException when the RDD is not one of the Spark engine
     */
    @SuppressWarnings("unchecked") // its records are those of the RDD
    public static <T> JavaRDD<T> javaRdd(RDD<T> rdd) {
        return (JavaRDD<T>) rdd.unwrap(JavaRDD.class);
    }

    /**
     * The records as rows, with a column for each component of a record class or each property of a bean. Nothing runs. Components may
     * be strings, numbers, booleans, bytes, dates, times, records of those, and lists of those.
     *
     * @param type of all records
     * @throws IllegalArgumentException when the RDD is not one of the Spark engine, or a component cannot be a column
     */
    public static <T> Dataset<Row> toDataFrame(RDD<T> rdd, Class<T> type) {
        JavaRDD<T> records = javaRdd(rdd);
        if (!type.isRecord()) {
            return session().createDataFrame(records, type);
        }
        // Spark takes a record class for a bean without properties, and gives rows without columns.
        return session().createDataFrame(records.map(new RecordRows<>(type)), RecordRows.schema(type));
    }
}
