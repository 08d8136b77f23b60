/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * SQL over a stream, over a file, and from another thread over both: {@code spark-submit … SqlNetworkWordCount HOST PORT FILE}. The file
 * holds lines {@code WORD,LANGUAGE}, and the server sends words.
 */
public final class SqlNetworkWordCount {
    /** A word of the stream. */
    public record Word(String word) implements Serializable {}

    /** A line of the file. */
    public record Known(String word, String language) implements Serializable {}

    private SqlNetworkWordCount() {}

    /** A batch job makes the view {@code known} of a file. */
    static void known(BatchContext batch, String file) {
        SparkInterop.toDataFrame(
                        batch.textFile(file)
                                .map(line -> line.split(",", 2))
                                .map(cells -> new Known(cells[0], cells[1])),
                        Known.class)
                .cache()
                .createOrReplaceTempView("known");
    }

    /** Each batch of the stream replaces the view {@code words}, and is counted by language with SQL. */
    static void count(DStream<String> lines, Counted counted) {
        lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .map(Word::new)
                .foreachRDD(words -> {
                    Dataset<Row> rows = SparkInterop.toDataFrame(words, Word.class);
                    rows.createOrReplaceTempView("words");
                    counted.take(rows.sparkSession()
                            .sql("select language, count(*) as total from words join known using (word)"
                                    + " group by language order by language")
                            .collectAsList());
                });
    }

    /** What is done with the counts of a batch, on the driver. */
    interface Counted extends Serializable {
        void take(List<Row> rows);
    }

    /** From any thread at any time: over the file and the newest batch that the stream still remembers. */
    static List<Row> ask(String sql) {
        return SparkSession.builder().getOrCreate().sql(sql).collectAsList();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: SqlNetworkWordCount HOST PORT FILE");
        }
        StreamingConf conf = new StreamingConf().setAppName("SqlNetworkWordCount");
        try (BatchContext batch = new BatchContext(conf)) {
            known(batch, args[2]);
            StreamingContext ssc = new StreamingContext(batch, Durations.seconds(2));
            ssc.remember(Durations.minutes(1));
            count(ssc.socketTextStream(args[0], Integer.parseInt(args[1])), rows -> rows.forEach(System.out::println));
            ssc.start();
            while (!ssc.awaitTerminationOrTimeout(Duration.ofSeconds(10))) {
                ask("select language, count(*) from known group by language").forEach(System.out::println);
            }
        }
    }
}
