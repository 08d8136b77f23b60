/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

/** Finds classes by name, without initialising them. */
public final class Loaders {
    private Loaders() {}

    /** The loader of the thread, else the one that loaded this class. */
    public static ClassLoader context() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? own() : context;
    }

    /** Asks the loader of the thread first, then the one that loaded this class. */
    static Class<?> find(String name) throws ClassNotFoundException {
        try {
            return Class.forName(name, false, context());
        } catch (ClassNotFoundException e) {
            return Class.forName(name, false, own());
        }
    }

    private static ClassLoader own() {
        ClassLoader own = Loaders.class.getClassLoader();
        return own == null ? ClassLoader.getSystemClassLoader() : own;
    }
}
