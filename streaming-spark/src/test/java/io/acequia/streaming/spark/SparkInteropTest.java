/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.testkit.TestStreams;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** RDDs go over to Spark and come back; records and beans become rows. */
class SparkInteropTest {
    private static BatchContext batch;

    @BeforeAll
    static void open() {
        batch = new BatchContext(TestStreams.defaults().setMaster("spark-local[2]"));
    }

    @AfterAll
    static void close() {
        batch.stop();
    }

    record Place(String city, int floor) implements Serializable {}

    record Visit(
            String who,
            long at,
            double paid,
            boolean member,
            LocalDate day,
            Instant time,
            Place place,
            List<String> tags)
            implements Serializable {}

    record Odd(Map<String, String> map) implements Serializable {}

    /** As Spark's SQL wants beans. */
    public static class Bean implements Serializable {
        private String name = "";
        private int count;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }
    }

    @Test
    void recordsBecomeRowsThatCanBeQueried() {
        Instant time = Instant.parse("2026-01-01T10:00:00Z");
        LocalDate day = LocalDate.of(2026, 1, 1);
        RDD<Visit> visits = batch.parallelize(List.of(
                new Visit("ann", 1, 2.5, true, day, time, new Place("Rome", 2), List.of("a", "b")),
                new Visit("bob", 2, 1.5, false, day, time, new Place("Oslo", 0), List.of()),
                new Visit("ann", 3, 4.0, true, day, time, new Place("Rome", 1), List.of("c"))));

        Dataset<Row> rows = SparkInterop.toDataFrame(visits, Visit.class);
        rows.createOrReplaceTempView("visits");
        List<Row> sums = SparkInterop.session()
                .sql("select who, sum(paid), max(place.floor), sum(size(tags)), min(day), min(time) from visits"
                        + " where place.city = 'Rome' group by who")
                .collectAsList();

        assertThat(rows.columns()).containsExactly("who", "at", "paid", "member", "day", "time", "place", "tags");
        assertThat(sums).hasSize(1);
        assertThat(sums.get(0).getString(0)).isEqualTo("ann");
        assertThat(sums.get(0).getDouble(1)).isEqualTo(6.5);
        assertThat(sums.get(0).getInt(2)).isEqualTo(2);
        assertThat(sums.get(0).getLong(3)).isEqualTo(3);
    }

    @Test
    void beansBecomeRows() {
        Bean bean = new Bean();
        bean.setName("one");
        bean.setCount(1);

        assertThat(SparkInterop.toDataFrame(batch.parallelize(List.of(bean)), Bean.class)
                        .select("name", "count")
                        .collectAsList()
                        .toString())
                .isEqualTo("[[one,1]]");
    }

    @Test
    void aComponentThatCannotBeAColumnIsNamed() {
        RDD<Odd> odd = batch.parallelize(List.of(new Odd(Map.of())));

        assertThatThrownBy(() -> SparkInterop.toDataFrame(odd, Odd.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ACQ-2690 component 'map'")
                .hasMessageContaining("java.util.Map<java.lang.String, java.lang.String>");
    }

    @Test
    void anRddIsJoinedWithOneOfSparkAndComesBack() {
        RDD<Integer> numbers = batch.parallelize(List.of(1, 2, 3), 2);
        JavaRDD<Integer> spark = SparkInterop.javaRdd(numbers).map(x -> x * 10);
        JavaRDD<Integer> more =
                JavaSparkContext.fromSparkContext(spark.context()).parallelize(List.of(7), 1);

        RDD<Integer> back = batch.<Integer>wrap(spark.union(more)).map(x -> x + 1);

        assertThat(back.collect()).containsExactly(11, 21, 31, 8);
        assertThatThrownBy(() -> batch.wrap(new StringBuilder())).hasMessageContaining("ACQ-2682");
        assertThatThrownBy(() -> numbers.unwrap(StringBuilder.class)).hasMessageContaining("ACQ-2683");
    }
}
