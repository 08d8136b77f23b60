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
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.kafka.KafkaDirectSource;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A program that must be exact: numbers of a topic, read by offset; a count and a sum for each of seven words; three outputs, whose
 * lines begin with the time of their batch. It runs in a process of its own, which is killed, or in that of a rig, which kills the
 * broker. As a process it ends gracefully when its input does, or when its parent is gone.
 */
final class KafkaProgram {
    /** Lines {@code TIME PLACE NUMBER}. */
    static final String PLACES = "places";
    /** Lines {@code TIME WORD COUNT}: how many numbers of each word there were up to this batch. */
    static final String COUNTS = "counts";
    /** Lines {@code TIME WORD SUM}: what these add up to. */
    static final String SUMS = "sums";

    static final List<String> OUTPUTS = List.of(PLACES, COUNTS, SUMS);
    /** How many words there are: number {@code n} is of word {@code n % WORDS}. */
    static final int WORDS = 7;

    static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration CHECKPOINT = Duration.ofMillis(600);
    private static final Duration PLAN = Duration.ofSeconds(1);
    private static final Duration BACK_OFF = Duration.ofMillis(200);
    private static final Duration GRACE = Duration.ofSeconds(25);
    /** A broker that is down must not end the job. */
    private static final int ATTEMPTS = 1000;

    private KafkaProgram() {}

    /** Arguments: brokers, topic, checkpoint directory, address of the target. Exit code 1 when the context has failed. */
    public static void main(String[] arguments) throws Exception {
        try (ExactTarget target = ExactTarget.of(arguments[3]);
                StreamingContext context =
                        context(source(arguments[0], arguments[1], OutOfRange.FAIL), arguments[2], target)) {
            context.start();
            ChildJvm.stopWithParent(context, GRACE);
            context.awaitTermination();
        }
    }

    static KafkaDirectSource<String, String> source(String bootstrap, String topic, OutOfRange policy) {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(bootstrap)
                .topics(topic)
                .startAt(KafkaDirectSource.Start.EARLIEST)
                .outOfRange(policy)
                .planTimeout(PLAN)
                .property("reconnect.backoff.max.ms", 200)
                .build();
    }

    /** The program, not started. */
    static StreamingContext context(
            DirectSource<ConsumerRecord<String, String>> source, String directory, ExactTarget target) {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("kafka")
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.CHECKPOINT_INTERVAL, CHECKPOINT)
                .set(StreamingConf.LOG_ROLL_SIZE, ByteSize.kibibytes(16))
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.FAILURE_POLICY, FailurePolicy.retry(ATTEMPTS, BACK_OFF, FailurePolicy.Kind.STOP));
        StreamingContext context = new StreamingContext(conf, INTERVAL);
        context.checkpoint(directory);
        define(context, source, target);
        return context;
    }

    static void define(
            StreamingContext context, DirectSource<ConsumerRecord<String, String>> source, ExactTarget target) {
        DStream<Placed> numbers = context.directStream(source).uid("topic").map(Placed::of);
        write(numbers, target, PLACES);
        PairDStream<Integer, Long> words =
                numbers.mapToPair(placed -> Tuple2.of((int) (placed.number() % WORDS), placed.number()));
        write(
                words.<Long>updateStateByKey(Long.class, (news, old) -> Optional.of(old.orElse(0L) + news.size()))
                        .uid("counting"),
                target,
                COUNTS);
        write(
                words.mapWithState(StateSpec.<Integer, Long, Long, Long>function((word, number, sum) -> {
                            sum.update(sum.getOption().orElse(0L) + number.orElse(0L));
                            return sum.get();
                        }))
                        .uid("adding")
                        .stateSnapshots(),
                target,
                SUMS);
    }

    /** A number, and where it stands. */
    record Placed(int partition, long offset, long number) implements Serializable {
        static Placed of(ConsumerRecord<String, String> record) {
            return new Placed(record.partition(), record.offset(), Long.parseLong(record.value()));
        }

        @Override
        public String toString() {
            return partition + "@" + offset + " " + number;
        }
    }

    private static <T> void write(DStreamLike<T, ?, ?> stream, ExactTarget target, String output) {
        stream.transform((rdd, time) -> {
                    String batch = time.milliseconds() + " ";
                    return rdd.map(record -> batch
                            + (record instanceof Tuple2<?, ?> pair ? pair._1() + " " + pair._2() : record.toString()));
                })
                .writeTo(target.sink(output))
                .uid(output);
    }
}
