/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.examples.CustomReliableReceiver.AckedLinesSource;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The child whose results must be exact however often it is killed: numbered lines from a server that is acknowledged, words
 * of files, a count and a sum for each key, three kinds of window; outputs that are idempotent, and one that is not. It ends
 * gracefully when its input does, and halts when its parent is gone.
 */
final class ExactProgram {
    static final Duration INTERVAL = Duration.ofMillis(50);
    static final Duration CHECKPOINT = Duration.ofMillis(200);
    static final Duration GRACE = Duration.ofSeconds(2);
    /** What a last life has for its end: nothing may be left then. */
    private static final Duration ENOUGH = Duration.ofSeconds(25);

    /** How many different words there are: number {@code n} is of word {@code n % WORDS}. */
    static final int WORDS = 7;

    private final ExactArguments arguments;

    private ExactProgram(ExactArguments arguments) {
        this.arguments = arguments;
    }

    /** Exit code 1 when the context has failed. */
    public static void main(String[] texts) throws Exception {
        ExactProgram program = new ExactProgram(ExactArguments.of(texts));
        long begin = System.nanoTime();
        try (StreamingContext context = program.make()) {
            program.watch(context, begin);
            context.start();
            ChildJvm.stopWithParent(context, ENOUGH);
            program.note("started " + millisSince(begin) + " " + context.isRecovered());
            context.awaitTermination();
        }
    }

    private StreamingContext make() {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("exact")
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(10))
                .set(StreamingConf.CHECKPOINT_INTERVAL, CHECKPOINT)
                .set(StreamingConf.LOG_ROLL_SIZE, ByteSize.kibibytes(16))
                .set(StreamingConf.STOP_TIMEOUT, GRACE)
                .set(StreamingConf.FILE_REMEMBER, Duration.ofSeconds(20))
                .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(10));
        if (arguments.sink() != FolderSink.Manners.HONEST) {
            conf.set(
                    StreamingConf.FAILURE_POLICY,
                    FailurePolicy.retry(2, Duration.ofMillis(5), FailurePolicy.Kind.STOP));
        }
        StreamingContext context = new StreamingContext(conf, INTERVAL);
        context.checkpoint(arguments.directory());
        define(context);
        return context;
    }

    private void define(StreamingContext context) {
        DStream<Long> numbers = context.receiverStream(
                        arguments.source(new AckedLinesSource(arguments.host(), arguments.port())))
                .uid("lines")
                .dataLog(!arguments.is(Mistake.LOG_OFF))
                .map(Tuple2::_1);
        if (arguments.is(Mistake.STUBBORN_RECEIVER)) {
            numbers = numbers.union(context.receiverStream(Strange.STUBBORN)
                    .uid("stubborn")
                    .map(nothing -> 0L)
                    .filter(number -> number > 0));
        }
        numbers = numbers.union(context.directStream(new Strange.Greedy(arguments.is(Mistake.MEMORY_OF_PLANNER)))
                .uid("greedy"));
        if (arguments.is(Mistake.MEMORY_OF_FUNCTION)) {
            numbers = numbers.map(Strange::greedy);
        }
        write(numbers, Outputs.IDS);
        PairDStream<Integer, Long> words = numbers.mapToPair(number -> Tuple2.of((int) (number % WORDS), number));
        write(
                words.<Long>updateStateByKey(Long.class, (news, old) -> Optional.of(old.orElse(0L) + news.size()))
                        .uid("counts"),
                Outputs.COUNTS);
        write(
                words.mapWithState(StateSpec.<Integer, Long, Long, Long>function((word, number, sum) -> {
                            sum.update(sum.getOption().orElse(0L) + number.orElse(0L));
                            return sum.get();
                        }))
                        .uid("sums")
                        .stateSnapshots(),
                Outputs.SUMS);
        write(
                words.reduceByKeyAndWindow(Long::sum, INTERVAL.multipliedBy(Outputs.WINDOW))
                        .uid("window"),
                Outputs.REDUCED);
        write(
                words.reduceByKeyAndWindow(
                                Long::sum,
                                (all, left) -> all - left,
                                INTERVAL.multipliedBy(Outputs.INVERSE),
                                INTERVAL.multipliedBy(Outputs.SLIDE))
                        .uid("inverse"),
                Outputs.INVERTED);
        write(
                words.mapValues(number -> 1L)
                        .window(INTERVAL.multipliedBy(Outputs.PLAIN))
                        .uid("plain")
                        .reduceByKey(Long::sum),
                Outputs.WINDOWED);
        write(context.textFileStream(arguments.files()).uid("files"), Outputs.FILES);
        Path appended = Path.of(arguments.appended());
        numbers.foreachRDD((rdd, time) -> {
                    StringBuilder line = new StringBuilder(String.valueOf(time.milliseconds()));
                    rdd.collect().forEach(number -> line.append(' ').append(number));
                    append(appended, line.append('\n').toString());
                })
                .uid("appended");
    }

    private <T> void write(DStreamLike<T, ?, ?> stream, String name) {
        stream.writeTo(new FolderSink<>(arguments.output(), name, arguments.sink(), String.valueOf(arguments.life())))
                .uid("out-" + name);
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** One line about this life. */
    private void note(String text) {
        try {
            append(Path.of(arguments.notes()), arguments.life() + " " + text + "\n");
        } catch (IOException e) {
            // the rig misses it
        }
    }

    /** Notes when the first new batch is done, how many old ones were repeated, and what checkpoints came to. */
    private void watch(StreamingContext context, long begin) {
        Instant born = Instant.now();
        AtomicLong repeated = new AtomicLong();
        AtomicBoolean told = new AtomicBoolean();
        AtomicBoolean checkpointFailed = new AtomicBoolean();
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                if (batch.batchTime().instant().isBefore(born)) {
                    repeated.incrementAndGet();
                } else if (told.compareAndSet(false, true)) {
                    note("running " + millisSince(begin) + " " + repeated);
                }
            }

            @Override
            public void onCheckpointCompleted(CheckpointInfo checkpoint) {
                if (checkpoint.failure().isPresent() && checkpointFailed.compareAndSet(false, true)) {
                    note("checkpointfailed " + System.currentTimeMillis());
                }
            }
        });
    }

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
