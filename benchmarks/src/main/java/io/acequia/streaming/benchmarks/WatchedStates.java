/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.local.LocalEngineProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Serves {@code watched-states}: the local engine, whose keyed states can be looked into while a context steps them. */
public final class WatchedStates implements EngineProvider {
    static final String MASTER = "watched-states";
    private static final Queue<HeldState<?, ?>> STATES = new ConcurrentLinkedQueue<>();

    /** The next state that a context has made. */
    @SuppressWarnings("unchecked") // the caller wrote the program and knows
    static <K, S> HeldState<K, S> take() {
        return (HeldState<K, S>) STATES.remove();
    }

    @Override
    public boolean accepts(String master) {
        return master.equals(MASTER);
    }

    @Override
    public Engine open(String master, Settings settings) {
        Engine engine = new LocalEngineProvider().open("local[" + TwoThreads.COUNT + "]", settings);
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(engine, arguments);
                        return result instanceof StateDataset<?, ?> state ? watched(state) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static <K, S> HeldState<K, S> watched(StateDataset<K, S> state) {
        HeldState<K, S> watched = new HeldState<>(state);
        STATES.add(watched);
        return watched;
    }
}
