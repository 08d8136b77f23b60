/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.benchmarks.Tally.Sums;
import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A connector against its bare client: before each turn the server gets its messages, untimed; then the one or the other connects and
 * reads all of them, by turns. The stream of a source that acknowledges has a data log, so that it acknowledges what is forced to a disk;
 * a source that cannot has none, as its client. Messages count when an output has had them in a batch; the client acknowledges each as it comes, with the same level. The time is from the start of the
 * context, or of the client, to the last message.
 */
final class ClientThroughput {
    private static final List<Integer> SIZES = List.of(100, 1000);
    /** What is measured for each connector that can be. */
    static final Map<String, List<Start>> PAIRS = Map.of(
            "mqtt", List.of(MqttPair::start),
            "zeromq", List.of(() -> ZeroMqPair.start(false), () -> ZeroMqPair.start(true)),
            "akka", List.of(AkkaPair::start),
            "flume", List.of(FlumePair::start),
            "kinesis", List.of(KinesisPair::start),
            "twitter", List.of(TwitterPair::start));

    private static final int WARM_UPS = 2;
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofMillis(1);
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private ClientThroughput() {}

    /** Starts the server of a pair. */
    @FunctionalInterface
    interface Start {
        ClientPair start() throws Exception;
    }

    static void run(Request request) throws Exception {
        for (Start each : Objects.requireNonNull(PAIRS.get(request.workload()))) {
            try (ClientPair pair = started(each)) {
                for (int size : SIZES) {
                    measure(request, pair, size);
                }
            }
        }
    }

    static ClientPair started(Start pair) throws Exception {
        try {
            return pair.start();
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    "ACQ-3172 there is no server for this connector: run  . \"$(ci/containers.sh start NAME)\"  with its name"
                            + " first (" + e.getMessage() + ")",
                    e);
        }
    }

    private static void measure(Request request, ClientPair pair, int size) throws Exception {
        int messages = request.lines();
        String what = request.workload() + " " + pair.name() + " " + size + " B";
        Tally expected = new Tally(messages, (long) messages * size, 0);
        Rounds rounds = new Rounds(2, request.rounds());
        for (int round = -WARM_UPS; round < request.rounds(); round++) {
            pair.fill(messages, size);
            add(rounds, round, 0, expected, "stream", all -> readByStream(pair, messages, all));
            pair.fill(messages, size);
            add(rounds, round, 1, expected, "client", all -> pair.readByHand(messages, all));
        }
        for (int contestant = 0; contestant < 2; contestant++) {
            System.out.println(what + ", " + (contestant == 0 ? "stream" : "client") + ": "
                    + rounds.speed(contestant, messages / 1e3).line("k messages/s") + ", CPU "
                    + rounds.cpuMicros(contestant, messages).line("us/message"));
        }
        System.out.println(rounds.cpuRatio(0, 1).ratioLine(what + " CPU time", "client"));
        System.out.println(rounds.ratio(0, 1).ratioLine(what, "client"));
    }

    @FunctionalInterface
    private interface Reading {
        Tally read(Runnable all) throws Exception;
    }

    private static void add(Rounds rounds, int round, int contestant, Tally expected, String who, Reading reading)
            throws Exception {
        long[] end = new long[2];
        long cpuBefore = Rounds.cpuNanos();
        long before = System.nanoTime();
        Tally tally = reading.read(() -> {
            end[0] = System.nanoTime();
            end[1] = Rounds.cpuNanos();
        });
        rounds.add(round, contestant, end[0] - before, end[1] - cpuBefore);
        tally.mustBe(expected, who);
        System.out.println(String.format(
                Locale.ROOT,
                "%s %s: %.1f k messages/s",
                round < 0 ? "warm-up" : "round " + round,
                who,
                expected.records() * 1e6 / (end[0] - before)));
    }

    private static Tally readByStream(ClientPair pair, int messages, Runnable all) throws Exception {
        Path directory = Files.createTempDirectory("acequia-bench");
        StreamingConf conf = new StreamingConf()
                .setMaster("local[" + TwoThreads.COUNT + "]")
                .setAppName("connector")
                .set(StreamingConf.STOP_ON_SHUTDOWN, false);
        Sums sums = new Sums();
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            if (pair.acknowledges()) {
                context.checkpoint(directory.toString());
            }
            pair.lengths(context).foreachRDD(rdd -> rdd.foreachPartition(lengths -> add(lengths, sums)));
            context.start();
            await(sums, messages, SILENCE);
            all.run();
            context.stop(true, true);
            return sums.takeAll();
        } finally {
            delete(directory);
        }
    }

    private static void add(Iterator<Integer> lengths, Sums sums) {
        long records = 0;
        long length = 0;
        while (lengths.hasNext()) {
            records++;
            length += lengths.next();
        }
        sums.add(records, length, 0);
    }

    static void await(Sums sums, long messages, Duration silence) throws InterruptedException {
        StreamClock clock = StreamClock.system();
        long seen = 0;
        long lastNews = clock.nanoTime();
        while (sums.records() < messages) {
            clock.awaitUntil(clock.now().plus(LOOK));
            if (sums.records() > seen) {
                seen = sums.records();
                lastNews = clock.nanoTime();
            } else if (clock.nanoTime() - lastNews > silence.toNanos()) {
                throw new IllegalStateException("ACQ-3170 the stream has read nothing for " + silence + ", and has "
                        + seen + " of " + messages + " messages: see the log");
            }
        }
    }

    /** Waits until a bare client has got its messages. */
    static void await(CountDownLatch left, Duration atMost) throws InterruptedException {
        if (!left.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("ACQ-3171 " + left.getCount() + " messages have not come to the client in "
                    + atMost + ": look at the server");
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
