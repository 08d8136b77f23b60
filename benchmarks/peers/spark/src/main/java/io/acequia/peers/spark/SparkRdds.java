/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.spark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * The contestant of batch jobs. Argument: cores. {@code REDUCE DIRECTORY}, {@code SORT DIRECTORY} or {@code JOIN DIRECTORY} on standard
 * input has it run what the benchmark's own class of works does; {@code done NUMBER NANOS CPU} on standard output says what came of it.
 */
public final class SparkRdds {
    private static final int KEY = 10;
    private static final int PARTITIONS = 4;

    private SparkRdds() {}

    public static void main(String[] arguments) throws Exception {
        SparkConf conf = new SparkConf()
                .setMaster("local[" + arguments[0] + "]")
                .setAppName("bench")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        try (JavaSparkContext spark = new JavaSparkContext(conf);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int space = line.indexOf(' ');
                long cpuBefore = cpuNanos();
                long before = System.nanoTime();
                long result = run(spark, line.substring(0, space), line.substring(space + 1));
                System.out.println(
                        "done " + result + " " + (System.nanoTime() - before) + " " + (cpuNanos() - cpuBefore));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static long run(JavaSparkContext spark, String work, String in) {
        switch (work) {
            case "REDUCE":
                return spark.textFile(in)
                        .map(line -> line.substring(0, KEY))
                        .filter(key -> key.charAt(KEY - 1) % 2 == 0)
                        .mapToPair(key -> new Tuple2<>(key.substring(0, KEY - 2), 1L))
                        .reduceByKey(Long::sum)
                        .map(pair -> pair._1().hashCode() * pair._2())
                        .fold(0L, Long::sum);
            case "SORT":
                return keyed(spark.textFile(in))
                        .sortByKey(true, PARTITIONS)
                        .keys()
                        .mapPartitions(keys -> List.of(inOrder(keys)).iterator())
                        .fold(0L, Long::sum);
            case "JOIN":
                return keyed(spark.textFile(in + "/part-[01]"))
                        .join(keyed(spark.textFile(in + "/part-[23]")))
                        .map(pair -> (long) pair._1().hashCode()
                                + pair._2()._1().length()
                                - pair._2()._2().length())
                        .fold(0L, Long::sum);
            default:
                throw new IllegalArgumentException("no work '" + work + "'");
        }
    }

    private static JavaPairRDD<String, String> keyed(JavaRDD<String> lines) {
        return lines.mapToPair(line -> new Tuple2<>(line.substring(0, KEY), line));
    }

    private static long inOrder(Iterator<String> keys) {
        long sum = 0;
        String last = "";
        while (keys.hasNext()) {
            String key = keys.next();
            sum += last.compareTo(key) <= 0 ? key.hashCode() : Long.MAX_VALUE / 2;
            last = key;
        }
        return sum;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
