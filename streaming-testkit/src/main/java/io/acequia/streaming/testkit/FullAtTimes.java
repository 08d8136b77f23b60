/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Makes a storage that has no space to force a new file when it is told so, and is another storage otherwise. */
final class FullAtTimes {
    private FullAtTimes() {}

    static Storage storage(Storage storage, BooleanSupplier full) {
        return proxy(Storage.class, (self, method, arguments) -> {
            Object result = call(storage, method, arguments);
            return result instanceof Storage.Appender file ? appender(file, full) : result;
        });
    }

    private static Storage.Appender appender(Storage.Appender file, BooleanSupplier full) {
        return proxy(Storage.Appender.class, (self, method, arguments) -> {
            if (method.getName().equals("force") && full.getAsBoolean()) {
                throw new StorageFullException("of the test: no space", null);
            }
            return call(file, method, arguments);
        });
    }

    private static <I> I proxy(Class<I> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(FullAtTimes.class.getClassLoader(), new Class<?>[] {type}, calls));
    }

    private static @Nullable Object call(Object on, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
