/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import io.acequia.streaming.function.Function0;
import java.io.Serializable;
import java.util.Objects;

/**
 * Where records come from: a name, a configuration, and a way to make a receiver for each connection attempt.
 *
 * @param <T> type of the records
 */
public interface Source<T> extends Serializable {
    /**
     * The name in logs, metrics and checkpoints; stable over restarts.
     *
     * <p>Called: at any time. Thread: any. Blocking: must not. Failure: must not throw.
     */
    String name();

    /**
     * Makes the receiver of one connection attempt, a new object each time; never null.
     *
     * <p>Called: before each {@link Receiver#connect()}. Thread: the receiver's. Blocking: must not. Failure: as a failed
     * connect.
     */
    Receiver<T> newReceiver() throws Exception;

    /**
     * A source of which only the receiver class needs writing: {@code Source.of("orders", OrdersReceiver::new)}.
     *
     * @param factory makes a new receiver each time; what it captures must be serializable
     */
    static <T> Source<T> of(String name, Function0<? extends Receiver<T>> factory) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(factory, "factory");
        return new Source<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Receiver<T> newReceiver() throws Exception {
                return factory.call();
            }
        };
    }
}
