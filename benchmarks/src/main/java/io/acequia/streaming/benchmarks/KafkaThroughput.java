/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.TopicPartition;

/**
 * kafka: a topic of 8 partitions, read by a direct stream on two workers, and by a loop over {@code KafkaConsumer.poll} in one
 * thread and in two, or by Spark's direct stream on two cores in a JVM of its own. Before each round the topic gets its records,
 * untimed; then every contestant reads exactly those, by turns, and goes on where it ended. So all are warm, nobody stops before
 * the end, and what one has fetched beyond its range is its own loss or gain.
 *
 * <p>Each round is told, and each turn is refused unless its records and their length are those that were written; in the rounds
 * that warm up their hashes are compared, too. The last line is the ratio to the loop that is faster on two cores.
 */
final class KafkaThroughput {
    static final int PARTITIONS = 8;
    private static final int WARM_UPS = 4;
    /** The stream whose batches have a limit has so many in a round. */
    private static final int LIMITED_BATCHES = 4;

    private KafkaThroughput() {}

    /** What a turn came to, and the time it took. */
    record Turn(Tally tally, double wallNanos, double cpuNanos) {
        static Turn timed(Callable<Tally> reading) throws Exception {
            long cpuBefore = Rounds.cpuNanos();
            long before = System.nanoTime();
            Tally tally = reading.call();
            long took = System.nanoTime() - before;
            return new Turn(tally, took, Rounds.cpuNanos() - cpuBefore);
        }
    }

    /** Reads what was appended. */
    @FunctionalInterface
    interface Reading {
        Turn turn(Round round) throws Exception;
    }

    /**
     * What is to be read.
     *
     * @param written what it comes to
     * @param from the first offsets
     * @param until the offsets behind the last
     * @param withHash whether hashes are asked for
     */
    record Round(Tally written, Map<TopicPartition, Long> from, Map<TopicPartition, Long> until, boolean withHash) {}

    record Contestant(String name, Reading reading) {}

    static void run(Request request) throws Exception {
        String level = "org.slf4j.simpleLogger.log.org.apache.kafka";
        System.setProperty(level, System.getProperty(level, "error"));
        try (KafkaServer server = KafkaServer.of(request.bootstrap());
                FilledTopic topic = new FilledTopic(server.bootstrap(), PARTITIONS)) {
            if (request.whom().equals(Request.SPARK)) {
                againstSpark(request, topic);
            } else {
                againstConsumers(request, topic);
            }
        }
    }

    private static void againstConsumers(Request request, FilledTopic topic) throws Exception {
        long limit = parts(parts(request.lines(), PARTITIONS), LIMITED_BATCHES);
        try (KafkaStream whole = new KafkaStream(KafkaStream.source(topic, 0));
                KafkaStream limited = new KafkaStream(KafkaStream.source(topic, limit));
                ConsumerByHand one = new ConsumerByHand(topic, 1);
                ConsumerByHand two = new ConsumerByHand(topic, TwoThreads.COUNT)) {
            List<Contestant> contestants = List.of(
                    new Contestant("stream, one batch", streamed(whole)),
                    new Contestant("stream, " + LIMITED_BATCHES + " batches", streamed(limited)),
                    new Contestant("consumer, 1 thread", looped(one)),
                    new Contestant("consumer, " + TwoThreads.COUNT + " threads", looped(two)));
            Rounds rounds = measure(request, topic, contestants);
            boolean oneIsBetter =
                    rounds.speed(2, 1).median() > rounds.speed(3, 1).median();
            int better = oneIsBetter ? 2 : 3;
            int other = oneIsBetter ? 3 : 2;
            String whom = contestants.get(better).name();
            System.out.println(rounds.cpuRatio(0, better).ratioLine("kafka CPU time", whom));
            System.out.println(rounds.ratio(1, better).ratioLine("kafka in " + LIMITED_BATCHES + " batches", whom));
            System.out.println(rounds.ratio(0, other)
                    .ratioLine("kafka", contestants.get(other).name()));
            System.out.println(rounds.ratio(0, better).ratioLine("kafka", whom));
        }
    }

    private static void againstSpark(Request request, FilledTopic topic) throws Exception {
        try (SparkProcess spark = SparkProcess.start(topic);
                KafkaStream whole = new KafkaStream(KafkaStream.source(topic, 0))) {
            List<Contestant> contestants = List.of(
                    new Contestant("stream, one batch", streamed(whole)),
                    new Contestant(
                            "Spark's direct stream",
                            round -> spark.read(round.from(), round.until(), round.withHash())));
            Rounds rounds = measure(request, topic, contestants);
            String whom = contestants.get(1).name();
            System.out.println(rounds.cpuRatio(0, 1).ratioLine("kafka CPU time", whom));
            System.out.println(rounds.ratio(0, 1).ratioLine("kafka", whom));
        }
    }

    private static long parts(long all, int parts) {
        return (all + parts - 1) / parts;
    }

    private static Reading streamed(KafkaStream stream) {
        return round -> Turn.timed(() -> stream.read(round.written().records(), round.withHash()));
    }

    private static Reading looped(ConsumerByHand loop) {
        return round -> Turn.timed(() -> loop.read(round.until(), round.withHash()));
    }

    private static Rounds measure(Request request, FilledTopic topic, List<Contestant> contestants) throws Exception {
        Rounds rounds = new Rounds(contestants.size(), request.rounds());
        Map<TopicPartition, Long> from = new HashMap<>();
        topic.ends().forEach((partition, end) -> from.put(partition, 0L));
        for (int number = -WARM_UPS; number < request.rounds(); number++) {
            boolean warmsUp = number < 0;
            Tally written = topic.append(request.lines());
            Round round = new Round(warmsUp ? written : written.touched(), Map.copyOf(from), topic.ends(), warmsUp);
            List<Turn> turns = take(contestants, round);
            for (int i = 0; i < turns.size(); i++) {
                rounds.add(number, i, turns.get(i).wallNanos(), turns.get(i).cpuNanos());
            }
            from.putAll(round.until());
            if (warmsUp) {
                System.out.println("outputs agree: " + written);
            } else {
                System.out.println(line(number, contestants, turns));
            }
        }
        long records = parts(request.lines(), PARTITIONS) * PARTITIONS;
        for (int i = 0; i < contestants.size(); i++) {
            System.out.println(contestants.get(i).name() + ": "
                    + rounds.speed(i, records / 1e3).line("k records/s") + ", CPU "
                    + rounds.cpuMicros(i, records).line("us/record"));
        }
        return rounds;
    }

    /** Each has its turn, and must read what was written. */
    static List<Turn> take(List<Contestant> contestants, Round round) throws Exception {
        List<Turn> turns = new ArrayList<>();
        for (Contestant each : contestants) {
            Turn turn = each.reading().turn(round);
            turn.tally().mustBe(round.written(), each.name());
            turns.add(turn);
        }
        return turns;
    }

    private static String line(int number, List<Contestant> contestants, List<Turn> turns) {
        StringBuilder line = new StringBuilder("round ").append(number + 1).append(':');
        for (int i = 0; i < turns.size(); i++) {
            line.append(i == 0 ? " " : ", ")
                    .append(contestants.get(i).name())
                    .append(String.format(Locale.ROOT, " %.1f ms", turns.get(i).wallNanos() / 1e6));
        }
        return line.toString();
    }
}
