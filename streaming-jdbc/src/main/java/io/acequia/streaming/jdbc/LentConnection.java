/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.StreamingException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a function of the user gets it: it cannot end the transaction, or rows could be committed without their key
 * and come twice. Savepoints are free to use.
 */
record LentConnection(Connection connection) implements InvocationHandler {
    private static final Set<String> ENDS = Set.of("commit", "rollback", "setAutoCommit", "close", "abort");

    static Connection of(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                LentConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new LentConnection(connection));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args) throws Throwable {
        boolean toSavepoint = method.getName().equals("rollback") && args != null;
        if (ENDS.contains(method.getName()) && !toSavepoint) {
            throw new StreamingException(
                    "ACQ-2411",
                    method.getName()
                            + " of a connection that is lent for one partition: leave its transaction open, it is"
                            + " committed with the key of the partition when the function returns",
                    null);
        }
        try {
            return method.invoke(connection, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
