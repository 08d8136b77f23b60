/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * F33: poison among good records, four kinds of it, under each policy. A reliable source decodes lines of {@code id,text} and
 * rejects what is none; the batches must have the good records, the counts must be exact, and so must the dead letters.
 */
final class PoisonRig {
    private static final int LIMIT = 256;
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PoisonRig() {}

    private enum Kind {
        BAD_UTF8(new byte[] {'7', ',', (byte) 0xc3, (byte) 0x28}),
        EMPTY(new byte[0]),
        OVER_THE_LIMIT(("8," + "x".repeat(LIMIT - 1)).getBytes(StandardCharsets.UTF_8)),
        WRONG_SCHEMA("{\"id\": 9}".getBytes(StandardCharsets.UTF_8));

        private final byte[] bytes;

        Kind(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    private enum Policy {
        DEFAULT,
        SKIP,
        DEAD_LETTER,
        FAIL
    }

    static Figures run(RandomGenerator random) throws Exception {
        int n = 0;
        int right = 0;
        long poison = 0;
        for (Kind kind : Kind.values()) {
            for (Policy policy : Policy.values()) {
                List<byte[]> input = new ArrayList<>();
                int bad = 1 + random.nextInt(20);
                int good = random.nextInt(40);
                for (int i = 0; i < bad + good; i++) {
                    input.add(
                            i * 7919 % (bad + good) < bad ? kind.bytes : (i + ",ok").getBytes(StandardCharsets.UTF_8));
                }
                n++;
                poison += bad;
                right += isRight(policy, input, good, bad) ? 1 : 0;
            }
        }
        return new Figures("F33 poison records")
                .count("n", n)
                .show("poison", poison)
                .must("right", right, n)
                .must("wrong", n - right, 0);
    }

    /** What a source reads, and rejects; serializable, as sources are. */
    private record Lines(List<byte[]> input) implements Source<String> {
        @Override
        public String name() {
            return "poisoned";
        }

        @Override
        public ReliableReceiver<String> newReceiver() {
            return new Decoding(input);
        }
    }

    private static final class Decoding implements ReliableReceiver<String> {
        private final List<byte[]> input;
        private int next;

        Decoding(List<byte[]> input) {
            this.input = input;
        }

        @Override
        public void connect() {}

        @Override
        public Delivery<String> read(int maxRecords, Duration maxWait) throws EndOfSourceException {
            if (next == input.size()) {
                throw new EndOfSourceException();
            }
            List<String> good = new ArrayList<>();
            List<Rejected> bad = new ArrayList<>();
            for (; next < input.size() && good.size() < Math.min(5, maxRecords); next++) {
                try {
                    good.add(decode(input.get(next)));
                } catch (IOException e) {
                    bad.add(new Rejected(input.get(next), "line " + next, e));
                }
            }
            return Delivery.of(good, () -> {}).rejecting(bad);
        }

        private static String decode(byte[] bytes) throws IOException {
            if (bytes.length > LIMIT) {
                throw new IOException(bytes.length + " bytes, more than " + LIMIT);
            }
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                if (!text.matches("[0-9]+,.*")) {
                    throw new IOException("not a number, a comma and a text: '" + text + "'");
                }
                return text;
            } catch (CharacterCodingException e) {
                throw new IOException("malformed UTF-8", e);
            }
        }

        @Override
        public void close() {}
    }

    private static boolean isRight(Policy policy, List<byte[]> input, int good, int bad) throws Exception {
        Path letters = Folders.fresh("letters");
        AtomicLong records = new AtomicLong();
        AtomicLong rejected = new AtomicLong();
        AtomicLong output = new AtomicLong();
        End end;
        try (StreamingContext context = new StreamingContext(conf(), INTERVAL)) {
            context.addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo batch) {
                    for (InputInfo each : batch.inputs().values()) {
                        rejected.addAndGet(each.rejected());
                        records.addAndGet(each.records());
                    }
                }
            });
            InputDStream<String> lines = context.receiverStream(new Lines(List.copyOf(input)));
            ErrorPolicy chosen = policy(policy, letters);
            (chosen == null ? lines : lines.onPoison(chosen)).foreachRDD(rdd -> output.addAndGet(rdd.count()));
            context.start();
            end = endOf(context);
        }
        boolean exact = policy == Policy.FAIL
                ? end == End.POISONED && countLetters(letters) == 0
                : end == End.WHOLE
                        && records.get() == good
                        && output.get() == good
                        && rejected.get() == bad
                        && countLetters(letters) == (policy == Policy.DEAD_LETTER ? bad : 0);
        Folders.delete(letters);
        return exact;
    }

    private static StreamingConf conf() {
        return StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("poison")
                .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                .set(StreamingConf.STOP_WHEN_SOURCES_END, true);
    }

    /** How a context ended whose source has ended. */
    private enum End {
        WHOLE,
        POISONED,
        OTHER
    }

    private static End endOf(StreamingContext context) throws InterruptedException {
        try {
            return context.awaitTerminationOrTimeout(PATIENCE) ? End.WHOLE : End.OTHER;
        } catch (BatchFailedException e) {
            return String.valueOf(e.getMessage()).contains("cannot be decoded") ? End.POISONED : End.OTHER;
        }
    }

    private static long countLetters(Path folder) throws IOException {
        long letters = 0;
        for (Path file : Folders.files(folder)) {
            letters += Files.readAllLines(file).size();
        }
        return letters;
    }

    private static @Nullable ErrorPolicy policy(Policy policy, Path letters) {
        return switch (policy) {
            case DEFAULT -> null;
            case SKIP -> ErrorPolicy.skip();
            case DEAD_LETTER -> ErrorPolicy.deadLetter(DeadLetterSink.toFiles(letters.toString()));
            case FAIL -> ErrorPolicy.fail();
        };
    }
}
