/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** Data sources and connections of which a test watches or breaks a method. */
final class Wrapped {
    private Wrapped() {}

    /** What happens instead of a call. */
    interface Instead {
        /** Returns what the call gives; {@code next} makes the real one. */
        Object call(String method, Real next) throws Exception;
    }

    /** The call as it was meant. */
    interface Real {
        Object call() throws Exception;
    }

    /** What makes connections. */
    interface Connections {
        Connection next() throws Exception;
    }

    static DataSource source(Connections connections) {
        return proxy(DataSource.class, (proxy, method, args) -> switch (method.getName()) {
            case "getConnection" -> connections.next();
            case "toString" -> "a data source of the test";
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    static Connection connection(Connection real, Instead instead) {
        return proxy(
                Connection.class,
                (proxy, method, args) -> instead.call(method.getName(), () -> {
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw (Exception) e.getCause();
                    }
                }));
    }

    private static <P> P proxy(Class<P> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(Wrapped.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
