/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What is logged while it is open, which goes to the stream for errors. */
final class LoggedLines implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    LoggedLines() {
        System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
    }

    String text() {
        return lines.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}
