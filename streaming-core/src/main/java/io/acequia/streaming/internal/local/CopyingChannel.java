/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** In test mode, copies what goes between receivers and the driver through serialization, as a cluster would. */
final class CopyingChannel implements DriverChannel {
    private final DriverChannel driver;

    CopyingChannel(DriverChannel driver) {
        this.driver = driver;
    }

    @Override
    public Reply ask(Message message) throws IOException {
        return (Reply) copy(driver.ask((Message) copy(message)));
    }

    private static Object copy(Object sent) throws IOException {
        try {
            byte[] bytes = JavaSerialization.write(sent, UnaryOperator.identity());
            return JavaSerialization.read(bytes, sent.getClass().getClassLoader(), UnaryOperator.identity());
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }
}
