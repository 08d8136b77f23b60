/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.ReceiverTask;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Serves {@code simulated:MASTER}: the engine of that master, whose receivers are {@link SimulatedReceiver}s and whose received blocks
 * are read as if they were empty. All else is the engine's own: what it makes of blocks, its tasks, and how it lets blocks go.
 */
public final class SimulatedReceivers implements EngineProvider {
    private static final String PREFIX = "simulated:";
    private static final Queue<Started> STARTED = new ConcurrentLinkedQueue<>();

    /** What an engine has: its receivers in the order of their start, when it was last given blocks, and how long it took to let blocks go. */
    static final class Started {
        private final List<SimulatedReceiver> receivers = new ArrayList<>();
        private final LongAdder released = new LongAdder();
        private final LongAdder releasing = new LongAdder();
        private volatile long plannedAt;

        /** Once the context has started. */
        List<SimulatedReceiver> receivers() {
            return receivers;
        }

        /** {@code System.nanoTime()} after the last stream of a batch was planned. */
        long plannedAt() {
            return plannedAt;
        }

        /** Nanoseconds for each block that was let go since this was asked last; 0 when there was none. */
        double releasingABlock() {
            return releasing.sumThenReset() / (double) Math.max(1, released.sumThenReset());
        }
    }

    static String master(String of) {
        return PREFIX + of;
    }

    /** The next engine that was opened. */
    static Started take() {
        return STARTED.remove();
    }

    @Override
    public boolean accepts(String master) {
        return master.startsWith(PREFIX);
    }

    @Override
    public Engine open(String master, Settings settings) {
        String of = master.substring(PREFIX.length());
        Engine engine = provider(of).open(of, settings);
        Started started = new Started();
        STARTED.add(started);
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "launch" -> {
                            ReceiverTask<?> task = (ReceiverTask<?>) arguments[0];
                            SimulatedReceiver receiver =
                                    SimulatedReceiver.start(task.streamId(), (DriverChannel) arguments[1]);
                            started.receivers.add(receiver);
                            return receiver;
                        }
                        case "fromBlocks" -> {
                            Object dataset = engine.fromBlocks(unread(arguments[0]));
                            started.plannedAt = System.nanoTime();
                            return dataset;
                        }
                        case "release" -> {
                            long before = System.nanoTime();
                            engine.release((BlockInfo) arguments[0], (String) arguments[1]);
                            started.releasing.add(System.nanoTime() - before);
                            started.released.increment();
                            return null;
                        }
                        default -> {
                            try {
                                return method.invoke(engine, arguments);
                            } catch (InvocationTargetException e) {
                                throw Objects.requireNonNull(e.getCause());
                            }
                        }
                    }
                });
    }

    private static EngineProvider provider(String master) {
        for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
            if (provider.accepts(master)) {
                return provider;
            }
        }
        throw new IllegalArgumentException("ACQ-3178 there is no engine for '" + master
                + "' whose receivers could be simulated: its artifact is not on the class path");
    }

    @SuppressWarnings("unchecked") // what the engine's interface says
    private static List<List<Block<Object>>> unread(Object groups) {
        List<List<Block<Object>>> unread = new ArrayList<>();
        for (List<Block<Object>> group : (List<List<Block<Object>>>) groups) {
            List<Block<Object>> blocks = new ArrayList<>(group.size());
            group.forEach(block -> blocks.add(new Unread(block)));
            unread.add(blocks);
        }
        return unread;
    }

    /** A block that travels as it is and is not read. */
    private record Unread(Block<Object> block) implements Block<Object>, Serializable {
        @Override
        public int count() {
            return block.count();
        }

        @Override
        public Iterator<Object> iterator() {
            return Collections.emptyIterator();
        }
    }
}
