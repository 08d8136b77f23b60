/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Copies objects of this JVM by Java serialization: the one class that reads such bytes. Bytes that it has just written
 * itself are read as they are; data that comes from elsewhere only through a filter that names every class.
 */
public final class JavaSerialization {
    private static final String LIMITS = "maxdepth=20;maxrefs=100000;maxbytes=";

    private JavaSerialization() {}

    /** The bytes of an object; {@code leaving} may put another object in the place of each. */
    public static byte[] write(Object object, UnaryOperator<Object> leaving) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new Leaving(bytes, leaving)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** The object of bytes that {@link #write} gave; {@code arriving} may put another object in the place of each. */
    public static Object read(byte[] bytes, ClassLoader loader, UnaryOperator<Object> arriving)
            throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new Arriving(new ByteArrayInputStream(bytes), loader, arriving)) {
            return in.readObject();
        }
    }

    /**
     * The object of bytes that come from a log or a disk, when it holds objects of these classes only: exact names, no
     * subclasses, not even those of the platform.
     */
    static Object readFiltered(byte[] bytes, ClassLoader loader, Set<String> classes)
            throws IOException, ClassNotFoundException {
        ObjectInputFilter filter = ObjectInputFilter.Config.createFilter(
                LIMITS + bytes.length + ";maxarray=" + bytes.length + ";" + String.join(";", classes) + ";!*");
        List<String> rejected = new ArrayList<>();
        try (ObjectInputStream in = new Arriving(new ByteArrayInputStream(bytes), loader, part -> part)) {
            in.setObjectInputFilter(seen -> {
                ObjectInputFilter.Status status = filter.checkInput(seen);
                if (status == ObjectInputFilter.Status.REJECTED) {
                    rejected.add(
                            seen.serialClass() == null
                                    ? "a limit"
                                    : seen.serialClass().getName());
                }
                return status;
            });
            return in.readObject();
        } catch (InvalidClassException e) {
            InvalidClassException named = new InvalidClassException(e.getMessage() + " for " + rejected);
            named.initCause(e);
            throw named;
        }
    }

    private static final class Leaving extends ObjectOutputStream {
        private final UnaryOperator<Object> leaving;

        Leaving(OutputStream out, UnaryOperator<Object> leaving) throws IOException {
            super(out);
            this.leaving = leaving;
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            return leaving.apply(object);
        }
    }

    private static final class Arriving extends ObjectInputStream {
        private final ClassLoader loader;
        private final UnaryOperator<Object> arriving;

        Arriving(InputStream in, ClassLoader loader, UnaryOperator<Object> arriving) throws IOException {
            super(in);
            this.loader = loader;
            this.arriving = arriving;
            enableResolveObject(true);
        }

        @Override
        protected Object resolveObject(Object object) {
            return arriving.apply(object);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass type) throws IOException, ClassNotFoundException {
            for (ClassLoader each : List.of(loader, Loaders.context())) {
                try {
                    return Class.forName(type.getName(), false, each);
                } catch (ClassNotFoundException e) {
                    continue;
                }
            }
            return super.resolveClass(type);
        }
    }
}
