/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Props;
import com.typesafe.config.ConfigFactory;
import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.akka.ActorReceiver;
import io.acequia.streaming.akka.AkkaSource;
import io.acequia.streaming.testkit.RealServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A feeder in a process of its own that sends numbered texts, so many at a time without an answer, to an actor that answers each: when
 * it is safe, or, by hand, at once.
 */
final class AkkaPair implements ClientPair {
    /** Texts without an answer. */
    private static final int WINDOW = 1000;

    private final int artery;
    private final ToldServer feeder;
    private int number;

    private AkkaPair(int artery, ToldServer feeder) {
        this.artery = artery;
        this.feeder = feeder;
    }

    static AkkaPair start() throws Exception {
        int artery = ToldServer.freePort();
        return new AkkaPair(
                artery,
                new ToldServer(RealServer.of("acequia/akka")
                        .port("PORT")
                        .environment("ARTERY_PORT", String.valueOf(artery))
                        .environment("CANONICAL_PORT", String.valueOf(artery))));
    }

    @Override
    public String name() {
        return "remote feeder with answers";
    }

    @Override
    public void fill(int messages, int bytes) throws Exception {
        if (number > 0) {
            feeder.tell("end c" + number, "ended");
        }
        number++;
        feeder.tell("window c" + number + " " + WINDOW, "done");
        feeder.tell("fill c" + number + " " + messages + " " + bytes, "done");
    }

    private String path() {
        return "akka://feeds@127.0.0.1:" + artery + "/user/c" + number;
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        AkkaSource<Integer> source = AkkaSource.<Integer>builder("fed", () -> Props.create(Fed.class, Fed::new))
                .remote("127.0.0.1", 0)
                .feeder(path())
                .build();
        return context.receiverStream(source);
    }

    /** What an answer says, and how long the text is. */
    private static String numberOf(String message) {
        return message.substring(0, message.indexOf(':'));
    }

    private static int lengthOf(String message) {
        return message.length() - message.indexOf(':') - 1;
    }

    /** Stores the lengths. */
    private static final class Fed extends AbstractActor implements ActorReceiver<Integer> {
        @Override
        public void preStart() {
            feeder().tell("subscribe", getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(String.class, message -> {
                        String its = numberOf(message);
                        store(List.of(lengthOf(message)), getSender(), "ack:" + its, "nack:" + its);
                    })
                    .build();
        }
    }

    /** Counts, and answers at once. */
    private static final class Counting extends AbstractActor {
        private final ActorRef feeder;
        private final int messages;
        private final CompletableFuture<Long> sum;
        private int read;
        private long length;

        Counting(ActorRef feeder, int messages, CompletableFuture<Long> sum) {
            this.feeder = feeder;
            this.messages = messages;
            this.sum = sum;
        }

        @Override
        public void preStart() {
            feeder.tell("subscribe", getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(String.class, message -> {
                        length += lengthOf(message);
                        getSender().tell("ack:" + numberOf(message), getSelf());
                        if (++read == messages) {
                            sum.complete(length);
                        }
                    })
                    .build();
        }
    }

    @Override
    public Tally readByHand(int messages, Runnable all) throws Exception {
        ActorSystem system = ActorSystem.create(
                "byhand",
                ConfigFactory.parseString(
                                """
                                akka {
                                  actor { provider = remote, allow-java-serialization = off }
                                  loglevel = ERROR
                                  remote.use-unsafe-remote-features-outside-cluster = on
                                  remote.artery { transport = tcp, canonical { hostname = "127.0.0.1", port = 0 } }
                                  coordinated-shutdown.exit-jvm = off
                                }
                                """)
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve());
        try {
            ActorRef from = system.actorSelection(path())
                    .resolveOne(Duration.ofSeconds(10))
                    .toCompletableFuture()
                    .get();
            CompletableFuture<Long> sum = new CompletableFuture<>();
            system.actorOf(Props.create(Counting.class, () -> new Counting(from, messages, sum)));
            long length = sum.get(5, TimeUnit.MINUTES);
            all.run();
            return new Tally(messages, length, 0);
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        feeder.close();
    }
}
