/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

/** A record holds an object of a class that nobody registered. */
final class UnregisteredClassException extends IllegalArgumentException {
    UnregisteredClassException(Class<?> type) {
        super("ACQ-0531 " + type.getName()
                + " is not registered, so its objects cannot be serialized to memory or disk: add conf.registerClasses("
                + spelled(type) + ".class)");
    }

    static String spelled(Class<?> type) {
        String name = type.getCanonicalName();
        return name == null ? type.getName() : name;
    }
}
