/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * Gives a class another name, so that two versions of one class can follow each other in a JVM, as they do when a program is
 * upgraded. The new name must be as long as the old one: the bytes of the class are patched.
 */
final class RenamedClass extends ClassLoader {
    private final Class<?> renamed;

    RenamedClass(Class<?> original, String name) {
        super(original.getClassLoader());
        String old = original.getName();
        if (old.length() != name.length()) {
            throw new IllegalArgumentException("ACQ-2099 " + name + " must be as long as " + old);
        }
        String bytes = new String(bytesOf(original), ISO_8859_1);
        byte[] patched =
                bytes.replace(old.replace('.', '/'), name.replace('.', '/')).getBytes(ISO_8859_1);
        this.renamed = defineClass(name, patched, 0, patched.length);
    }

    /** The class under its new name. */
    Class<?> type() {
        return renamed;
    }

    private static byte[] bytesOf(Class<?> type) {
        String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
        try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(file), file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
