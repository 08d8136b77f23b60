/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.ManualClock;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** F50, the child: starts and stops contexts, and prints what the process holds before and after. */
final class StartStopProgram {
    private static final int WARM_UP = 50;
    private static final Duration BRIEFLY = Duration.ofMillis(20);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private StartStopProgram() {}

    /** Argument: how many. Needs {@code --add-opens java.base/java.lang=ALL-UNNAMED} to count the hooks. */
    public static void main(String[] arguments) throws Exception {
        run(WARM_UP);
        settle();
        System.out.println(held());
        run(Integer.parseInt(arguments[0]));
        settle();
        System.out.println(held());
    }

    private static void run(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
            StreamingConf conf =
                    StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("start-stop");
            CountDownLatch done = new CountDownLatch(1);
            try (StreamingContext context = new StreamingContext(conf, SECOND, clock)) {
                context.addStreamingListener(new StreamingListener() {
                    @Override
                    public void onBatchCompleted(BatchInfo batch) {
                        done.countDown();
                    }
                });
                Queue<RDD<Integer>> queue = new ArrayDeque<>();
                queue.add(context.batchContext().parallelize(List.of(1, 2, 3), 2));
                context.queueStream(queue).map(number -> number + 1).foreachRDD(rdd -> rdd.count());
                context.start();
                clock.advance(SECOND);
                done.await(60, TimeUnit.SECONDS);
            }
        }
    }

    /** What ends in the background ends, and garbage goes. */
    private static void settle() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            System.gc();
            StreamClock.system().awaitUntil(StreamClock.system().now().plus(BRIEFLY));
        }
    }

    private static String held() throws ReflectiveOperationException {
        Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        hooks.setAccessible(true);
        return Thread.getAllStackTraces().size() + " "
                + ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() + " "
                + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024 + " "
                + Optional.ofNullable(new File("/proc/self/fd").list()).orElse(new String[0]).length + " "
                + ((Map<?, ?>) hooks.get(null)).size();
    }
}
