/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Programs that a test runs in a JVM of their own; their settings come from outside. */
final class ChildProgram {
    private ChildProgram() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "waiting" -> waiting();
            case "stuck" -> stuck();
            case "setting" -> setting(args);
            case "master" -> master();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Has received three records when it says READY, and no batch is due for long. */
    private static void waiting() throws InterruptedException {
        StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofHours(1));
        ssc.receiverStream(Source.of("three", Three::new))
                .foreachRDD(rdd -> System.out.println("batch of " + rdd.collect()));
        ssc.start();
        ssc.start();
        Watch.awaitReceived(ssc, 3, 0);
        System.out.println("READY");
        ssc.awaitTermination();
    }

    private static final class Three implements UnreliableReceiver<Integer> {
        private final CountDownLatch never = new CountDownLatch(1);
        private boolean read;

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws InterruptedException {
            if (!read) {
                read = true;
                return Records.of(List.of(1, 2, 3));
            }
            never.await(maxWait.toMillis(), TimeUnit.MILLISECONDS);
            return Records.nothing();
        }

        @Override
        public void close() {}
    }

    /** Says READY inside a batch that does not end. */
    private static void stuck() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofMillis(1));
        ssc.queueStream(new ConcurrentLinkedQueue<RDD<Integer>>()).foreachRDD(rdd -> {
            System.out.println("READY");
            never.await();
        });
        ssc.start();
        ssc.awaitTermination();
    }

    private static void master() {
        StreamingConf conf = new StreamingConf();
        System.out.println(conf.get(StreamingConf.MASTER) + " from " + conf.origin(StreamingConf.MASTER));
    }

    private static void setting(String[] args) {
        StreamingConf conf = new StreamingConf();
        if (args.length > 1) {
            conf.set(StreamingConf.APP_NAME, args[1]);
        }
        System.out.println(conf.get(StreamingConf.APP_NAME) + " from " + conf.origin(StreamingConf.APP_NAME));
    }
}
