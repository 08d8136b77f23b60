/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** What is logged while it is open, which goes to the standard error stream. */
final class LoggedLines implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    LoggedLines() {
        System.setErr(new PrintStream(lines, true, UTF_8));
    }

    String text() {
        return lines.toString(UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
