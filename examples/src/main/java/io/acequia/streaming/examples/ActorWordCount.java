/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import akka.actor.AbstractActor;
import akka.actor.Props;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.akka.ActorReceiver;
import io.acequia.streaming.akka.AkkaSource;
import io.acequia.streaming.data.Durations;
import java.util.Arrays;
import java.util.List;

/**
 * Counts the words of lines that an actor in another process sends: {@code acequia run ActorWordCount FEEDER}, as
 * {@code akka://feeds@127.0.0.1:25520/user/lines}.
 *
 * <p>The feeder is told {@code subscribe}, and sends {@code NUMBER:LINE}. It is answered {@code ack:NUMBER} when the line is safe, and
 * {@code nack:NUMBER} when it should come again; what was not answered should come again too.
 */
public final class ActorWordCount {
    private ActorWordCount() {}

    // tag::actor-word-count
    /** Stores lines, and answers by their numbers. */
    static final class Lines extends AbstractActor implements ActorReceiver<String> {
        @Override
        public void preStart() {
            feeder().tell("subscribe", getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().match(String.class, this::received).build();
        }

        private void received(String message) {
            String[] numbered = message.split(":", 2);
            store(List.of(numbered[1]), getSender(), "ack:" + numbered[0], "nack:" + numbered[0]);
        }
    }

    static PairDStream<String, Long> count(StreamingContext ssc, String feeder) {
        var lines = AkkaSource.<String>builder("lines", () -> Props.create(Lines.class, Lines::new))
                .remote("127.0.0.1", 0)
                .feeder(feeder)
                .build();
        return ssc.receiverStream(lines)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .countByValue();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: ActorWordCount FEEDER");
        }
        StreamingConf conf = new StreamingConf().setAppName("ActorWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            count(ssc, args[0]).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::actor-word-count
}
