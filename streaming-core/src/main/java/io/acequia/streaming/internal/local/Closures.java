/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
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

    /** A copy in test mode, the same object otherwise. */
    @SuppressWarnings("unchecked")
    <F> F copy(F function) {
        if (!copying) {
            return function;
        }
        List<Object> carried = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Leaving out = new Leaving(bytes, carried)) {
            out.writeObject(function);
        } catch (NotSerializableException e) {
            throw new IllegalArgumentException(
                    "ACQ-0504 " + function.getClass().getName() + " cannot be sent to a task: it holds an object of class "
                            + e.getMessage() + ", which is not serializable; make it serializable, create it inside the"
                            + " function, or broadcast it",
                    e);
        } catch (IOException e) {
            throw failed(function, e);
        }
        try (Arriving in = new Arriving(
                new ByteArrayInputStream(bytes.toByteArray()), carried, function.getClass().getClassLoader())) {
            return (F) in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw failed(function, e);
        }
    }

    private static IllegalArgumentException failed(Object function, Exception e) {
        return new IllegalArgumentException(
                "ACQ-0505 " + function.getClass().getName() + " cannot be sent to a task: " + e, e);
    }

    private record Carried(int number) implements Serializable {}

    private static final class Leaving extends ObjectOutputStream {
        private final List<Object> carried;

        Leaving(OutputStream out, List<Object> carried) throws IOException {
            super(out);
            this.carried = carried;
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (object instanceof LocalBroadcast || object instanceof LocalAccumulator) {
                carried.add(object);
                return new Carried(carried.size() - 1);
            }
            return object;
        }
    }

    private static final class Arriving extends ObjectInputStream {
        private final List<Object> carried;
        private final ClassLoader loader;

        Arriving(InputStream in, List<Object> carried, ClassLoader loader) throws IOException {
            super(in);
            this.carried = carried;
            this.loader = loader;
            enableResolveObject(true);
        }

        @Override
        protected Object resolveObject(Object object) {
            return object instanceof Carried here ? carried.get(here.number()) : object;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass type) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(type.getName(), false, loader);
            } catch (ClassNotFoundException e) {
                return super.resolveClass(type);
            }
        }
    }
}
