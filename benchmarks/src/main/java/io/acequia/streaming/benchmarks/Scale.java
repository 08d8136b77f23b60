/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.engine.DriverChannel.Message;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What a driver can do, by the number of receivers: a {@link SimulatedJob} of each size. <b>Messages</b>: how long the driver takes for one,
 * and for the bytes of the answer and of the message, which is what a message from another machine costs it besides Spark's own part.
 * <b>Batches</b>: where their time goes, by the blocks that each receiver has added. Everything runs by turns on one thread; the job on
 * Spark is that of the engine's own test mode, in this JVM.
 */
final class Scale {
    private static final List<Integer> RECEIVERS = List.of(10, 100, 1000);
    private static final List<Integer> BLOCKS = List.of(1, 5, 20);
    /** A receiver on each executor, with two cores. */
    private static final int CORES = 2;

    private static final int WARM_UPS = 3;
    /** Larger jobs are left out of their batches. */
    private static final int MOST_TASKS = 2000;

    private static final int MESSAGES = 10_000;
    private static final String MASTER = "spark-local[" + CORES + "]";

    private Scale() {}

    /** In a JVM that has the engine for Spark. */
    static void run(Request request) throws Exception {
        SparkProcess.runOnEngine(Scale.class, List.of(String.valueOf(request.rounds())));
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        System.out.println("to warm up:");
        tell(MASTER, 100, BLOCKS, rounds);
        System.out.println("measured:");
        for (int receivers : RECEIVERS) {
            tell(MASTER, receivers, BLOCKS, rounds);
        }
        Runtime.getRuntime().halt(0);
    }

    static void tell(String master, int receivers, List<Integer> blocks, int rounds) throws Exception {
        try (SimulatedJob job = new SimulatedJob(master, receivers, CORES * receivers)) {
            for (int each : blocks) {
                List<SimulatedJob.Batch> batches = new ArrayList<>();
                for (int round = -WARM_UPS; round < rounds; round++) {
                    SimulatedJob.Batch batch = job.batch(each, receivers * each <= MOST_TASKS);
                    if (round >= 0) {
                        batches.add(batch);
                    }
                }
                System.out.println(line(receivers, each, batches));
            }
            messages(job, "AddBlock", receivers, rounds, SimulatedReceiver::nextBlock);
            messages(job, "Report", receivers, rounds, SimulatedReceiver::report);
        }
    }

    private static String line(int receivers, int blocks, List<SimulatedJob.Batch> batches) {
        Samples journal = samples(batches, SimulatedJob.Batch::journal);
        int tasks = batches.get(0).tasks();
        Samples running = samples(batches, batch -> batch.running() / 1e6);
        String ran = tasks > MOST_TASKS
                ? tasks + " tasks that did not run"
                : String.format(
                        Locale.ROOT,
                        "%d tasks %s (%.1f us a task)",
                        tasks,
                        running.line("ms"),
                        running.median() * 1e3 / tasks);
        return String.format(
                Locale.ROOT,
                "%d receivers, %d blocks each: planning %s, journal and RDDs %s, %s, end %s,"
                        + " journal %.0f bytes (%.1f a block), release %s a block",
                receivers,
                blocks,
                samples(batches, batch -> batch.planning() / 1e6).line("ms"),
                samples(batches, batch -> batch.making() / 1e6).line("ms"),
                ran,
                samples(batches, batch -> batch.ending() / 1e6).line("ms"),
                journal.median(),
                journal.median() / ((double) receivers * blocks),
                samples(batches, batch -> batch.release() / 1e3).line("us"));
    }

    private static Samples samples(List<SimulatedJob.Batch> batches, ToDoubleFunction<SimulatedJob.Batch> figure) {
        return Samples.of(batches.stream().mapToDouble(figure).toArray());
    }

    private static void messages(
            SimulatedJob job, String what, int receivers, int rounds, Function<SimulatedReceiver, Message> next)
            throws Exception {
        double[][] micros = new double[3][rounds];
        int length = 0;
        int answerLength = 0;
        for (int round = -WARM_UPS; round < rounds; round++) {
            List<byte[]> written = new ArrayList<>(MESSAGES);
            for (int i = 0; i < MESSAGES; i++) {
                written.add(bytes(next.apply(job.receivers().get(i % receivers))));
            }
            long begun = System.nanoTime();
            List<Message> messages = new ArrayList<>(MESSAGES);
            for (byte[] each : written) {
                messages.add((Message) object(each));
            }
            long read = System.nanoTime();
            List<Reply> replies = new ArrayList<>(MESSAGES);
            for (int i = 0; i < MESSAGES; i++) {
                replies.add(job.receivers().get(i % receivers).ask(messages.get(i)));
            }
            long asked = System.nanoTime();
            for (Reply reply : replies) {
                answerLength = bytes(reply).length;
            }
            long answered = System.nanoTime();
            length = written.get(0).length;
            mustBeAccepted(replies);
            if (round >= 0) {
                micros[0][round] = (read - begun) / 1e3 / MESSAGES;
                micros[1][round] = (asked - read) / 1e3 / MESSAGES;
                micros[2][round] = (answered - asked) / 1e3 / MESSAGES;
            }
            job.batch(0, false);
        }
        System.out.println(String.format(
                Locale.ROOT,
                "%d receivers: %s of %d bytes: read in %s, answered in %s, %d bytes of answer written in %s",
                receivers,
                what,
                length,
                Samples.of(micros[0]).line("us"),
                Samples.of(micros[1]).line("us"),
                answerLength,
                Samples.of(micros[2]).line("us")));
    }

    static void mustBeAccepted(List<Reply> replies) {
        long refused = replies.stream().filter(reply -> !reply.accepted()).count();
        if (refused > 0) {
            throw new IllegalStateException("ACQ-3179 the driver refused " + refused + " of " + replies.size()
                    + " messages of simulated receivers: what refusals cost says nothing");
        }
    }

    /** As the engine for Spark writes a message. */
    private static byte[] bytes(Object object) throws IOException {
        return JavaSerialization.write(object, part -> part);
    }

    private static Object object(byte[] bytes) throws IOException, ClassNotFoundException {
        return JavaSerialization.read(bytes, Objects.requireNonNull(Scale.class.getClassLoader()), part -> part);
    }
}
