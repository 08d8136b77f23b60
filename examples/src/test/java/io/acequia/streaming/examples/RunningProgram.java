/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.StreamingContext;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A {@code main} that runs on the clock of the machine, and what it has printed so far. One at a time. */
final class RunningProgram implements AutoCloseable {
    private final PrintStream before = System.out;
    private final Printed printed = new Printed();
    private final CompletableFuture<Void> end;

    private RunningProgram(Main main, String... args) {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        this.end = CompletableFuture.runAsync(
                () -> {
                    try {
                        main.run(args);
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    } finally {
                        printed.end();
                    }
                },
                task -> Background.run("program", task));
    }

    static RunningProgram start(Main main, String... args) {
        return new RunningProgram(main, args);
    }

    /** The main method of a program. */
    interface Main {
        void run(String[] args) throws Exception;
    }

    /** Blocks until the program has printed {@code text} or ended; gives all that it printed. */
    String awaitPrinted(String text) throws InterruptedException {
        return printed.await(text);
    }

    /** The same, when it has printed it a second time. */
    String awaitPrintedTwice(String text) throws InterruptedException {
        int first = printed.await(text).indexOf(text);
        return printed.await(text, first + 1);
    }

    /** Ends its stream in good order if it still runs, and leaves the rest of the program to go on. */
    RunningProgram stopStream() {
        StreamingContext.active().ifPresent(stream -> stream.stop(false, true));
        return this;
    }

    /** Blocks until the program has ended by itself; throws what it threw; gives all that it printed. */
    String awaitEnd() throws InterruptedException, ExecutionException {
        end.get();
        return printed.text();
    }

    @Override
    public void close() {
        System.setOut(before);
        StreamingContext.active().ifPresent(left -> left.stop(true));
    }

    private static final class Printed extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        @Override
        public synchronized void write(int b) {
            bytes.write(b);
        }

        @Override
        public synchronized void write(byte[] b, int off, int len) {
            bytes.write(b, off, len);
            notifyAll();
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        String await(String wanted) throws InterruptedException {
            return await(wanted, 0);
        }

        synchronized String await(String wanted, int from) throws InterruptedException {
            while (!ended && text().indexOf(wanted, from) < 0) {
                wait();
            }
            return text();
        }
    }
}
