/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;

/**
 * A message on its way to the driver. Letters and answers go as bytes: on an executor the connections of Spark know no class of a JAR
 * that came with the program, and who reads the bytes does.
 *
 * @param launch number of the launch of the receiver
 * @param sender the running task, unlike all others
 * @param number of the letter among those of its sender; the same when it is sent again
 * @param message a message of the channel, written
 */
record Letter(String launch, String sender, long number, byte[] message) implements Serializable {
    byte[] write() throws IOException {
        return written(this);
    }

    static Letter read(byte[] bytes) throws IOException {
        return (Letter) read(bytes, loader());
    }

    static byte[] written(Object object) throws IOException {
        return JavaSerialization.write(object, part -> part);
    }

    /** The object; its classes are those of {@code loader}, else of the thread. */
    static Object read(byte[] bytes, ClassLoader loader) throws IOException {
        try {
            return JavaSerialization.read(bytes, loader, part -> part);
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }

    /** The one that has this engine, and with it mostly the program. */
    static ClassLoader loader() {
        return Objects.requireNonNull(Letter.class.getClassLoader());
    }
}
