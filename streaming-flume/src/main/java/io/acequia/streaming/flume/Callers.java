/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.netty.channel.DefaultEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs each call on a thread that is free. Netty's own group would choose one by turns, and let a call wait behind another that
 * waits for its settlement.
 */
final class Callers extends DefaultEventLoopGroup {
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor pool;

    Callers(int threads) {
        super(1, new DefaultThreadFactory("flume-unused", true));
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("flume-call", true));
        pool.allowCoreThreadTimeOut(true);
    }

    /** A call that comes at the end is left without an answer. */
    @Override
    public Future<?> submit(Runnable call) {
        try {
            pool.execute(call);
        } catch (RejectedExecutionException e) {
            return next().newFailedFuture(e);
        }
        return next().newSucceededFuture(null);
    }

    /** Waits until all calls are answered, which are let go before. */
    void end() {
        pool.shutdown();
        shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        try {
            if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
