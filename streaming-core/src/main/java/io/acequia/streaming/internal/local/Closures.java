/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * In test mode, copies functions through Java serialization, as a cluster would send them. Broadcasts and accumulators stay
 * the same objects: in the bytes they are a number.
 */
final class Closures {
    private final boolean copying;

    Closures(boolean copying) {
        this.copying = copying;
    }

    /** Whether this is the test mode. */
    boolean areCopied() {
        return copying;
    }

    /** A copy in test mode, the same object otherwise. */
    @SuppressWarnings("unchecked")
    <F> F copy(F function) {
        if (!copying) {
            return function;
        }
        List<Object> carried = new ArrayList<>();
        byte[] bytes;
        try {
            bytes = JavaSerialization.write(function, object -> leave(object, carried));
        } catch (NotSerializableException e) {
            throw Refusals.notSerializable(function, e);
        } catch (IOException e) {
            throw failed(function, e);
        }
        try {
            return (F) JavaSerialization.read(
                    bytes,
                    function.getClass().getClassLoader(),
                    object -> object instanceof Carried here ? carried.get(here.number()) : object);
        } catch (IOException | ClassNotFoundException e) {
            throw failed(function, e);
        }
    }

    private static Object leave(Object object, List<Object> carried) {
        if (object instanceof LocalBroadcast || object instanceof LocalAccumulator) {
            carried.add(object);
            return new Carried(carried.size() - 1);
        }
        return object;
    }

    private static IllegalArgumentException failed(Object function, Exception e) {
        return Refusals.notSendable(function, e);
    }

    private record Carried(int number) implements Serializable {}
}
