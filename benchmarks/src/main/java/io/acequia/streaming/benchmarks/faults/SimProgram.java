/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;

/**
 * A streaming program drawn from a seed: a reliable receiver with a log, a source read by range, or both; one to three
 * operations with memory over pairs made of their numbers; an output for the numbers of each source, which tells what each
 * batch had, and one for each operation.
 *
 * @param received whether there is a receiver
 * @param direct whether there is a source read by range
 * @param pieces splits of a batch of that source
 * @param keys how many keys there are
 * @param ops operations, each over the input or over the one before it
 * @param chained which of them stands over the one before it
 * @param interval of the batches
 * @param settings of the context
 */
record SimProgram(
        boolean received,
        boolean direct,
        int pieces,
        int keys,
        List<SimOp> ops,
        List<Boolean> chained,
        Duration interval,
        Map<String, String> settings) {
    static final String RECEIVED = "received";
    static final String DIRECT = "direct";
    /** The last output, which writes nothing. */
    static final String END = "end";

    static final String SMALL_BLOCK = "64B";
    private static final int LONGEST = 5;

    /** Which operations are drawn. */
    enum Flavour {
        ANY,
        STATES,
        WINDOWS
    }

    static SimProgram draw(Random random, Flavour flavour) {
        boolean received = random.nextInt(4) > 0;
        boolean direct = !received || random.nextBoolean();
        List<SimOp> ops = new ArrayList<>();
        List<Boolean> chained = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            boolean chain = !ops.isEmpty() && random.nextInt(3) == 0;
            ops.add(op(random, flavour, chain ? ops.get(ops.size() - 1).slide() : 1));
            chained.add(chain);
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("streaming.parallelism", String.valueOf(1 + random.nextInt(2)));
        settings.put("streaming.checkpoint.interval", (1 + random.nextInt(4)) + "s");
        settings.put("streaming.checkpoint.keep", String.valueOf(1 + random.nextInt(3)));
        settings.put("streaming.recovery.missed", "replay");
        settings.put("streaming.log.roll.size", List.of("300B", "2KiB", "64MiB").get(random.nextInt(3)));
        settings.put("streaming.block.size", random.nextBoolean() ? SMALL_BLOCK : "16KiB");
        return new SimProgram(
                received,
                direct,
                1 + random.nextInt(3),
                2 + random.nextInt(4),
                ops,
                chained,
                Duration.ofSeconds(1),
                Map.copyOf(settings));
    }

    private static SimOp op(Random random, Flavour flavour, int parentSlide) {
        List<SimOp.Kind> kinds = new ArrayList<>(List.of(SimOp.Kind.values()));
        kinds.removeIf(kind -> flavour == Flavour.STATES && !kind.isState());
        kinds.removeIf(kind -> flavour == Flavour.WINDOWS && kind.isState());
        SimOp.Kind kind = kinds.get(random.nextInt(kinds.size()));
        int length = 1 + random.nextInt(LONGEST);
        return kind.isState()
                ? new SimOp(kind, length, parentSlide)
                : new SimOp(kind, length * parentSlide, (1 + random.nextInt(3)) * parentSlide);
    }

    /** The same with another setting. */
    SimProgram with(String key, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(key, value);
        return new SimProgram(received, direct, pieces, keys, ops, chained, interval, Map.copyOf(more));
    }

    /** The same with other batches; its checkpoints come as often, in batches. */
    SimProgram every(Duration other) {
        long factor = other.toMillis() / interval.toMillis();
        Duration checkpoint = StreamingConf.withoutDefaults()
                .set("streaming.checkpoint.interval", settings.getOrDefault("streaming.checkpoint.interval", "1s"))
                .get(StreamingConf.CHECKPOINT_INTERVAL);
        SimProgram longer = with(
                "streaming.checkpoint.interval", checkpoint.multipliedBy(factor).toSeconds() + "s");
        return new SimProgram(received, direct, pieces, keys, ops, chained, other, longer.settings());
    }

    StreamingConf conf() {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster("local[1]")
                .setAppName("faults")
                .set(StreamingConf.MULTIPLE_CONTEXTS, true)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false);
        settings.forEach(conf::set);
        return conf;
    }

    /** The names of its sources. */
    List<String> sources() {
        List<String> names = new ArrayList<>();
        if (received) {
            names.add(RECEIVED);
        }
        if (direct) {
            names.add(DIRECT);
        }
        return names;
    }

    /** The name of the output that asks first. */
    String first() {
        return "raw-" + sources().get(0);
    }

    /** The names of its outputs, in the order in which they ask for a batch. */
    List<String> outputs() {
        List<String> names = new ArrayList<>();
        sources().forEach(source -> names.add("raw-" + source));
        for (int i = 0; i < ops.size(); i++) {
            names.add(nameOf(i));
        }
        names.add(END);
        return names;
    }

    // ---- the program itself

    void define(StreamingContext context, SimWorld world) {
        List<DStream<Long>> inputs = new ArrayList<>();
        if (received) {
            inputs.add(context.receiverStream(world.feed().source()).uid(RECEIVED));
        }
        if (direct) {
            inputs.add(context.directStream(world.directSource(pieces)).uid(DIRECT));
        }
        long id = world.id();
        for (int i = 0; i < inputs.size(); i++) {
            output(inputs.get(i), "raw-" + sources().get(i), id, true);
        }
        int count = keys;
        PairDStream<Integer, Long> input = context.union(inputs)
                .mapToPair(number -> Tuple2.of(keyOf(number, count), valueOf(number)))
                .uid("pairs");
        PairDStream<Integer, Long> last = input;
        for (int i = 0; i < ops.size(); i++) {
            last = ops.get(i).on(chained.get(i) ? last : input, interval, "op-" + i);
            output(last, nameOf(i), id, false);
        }
        inputs.get(0)
                .foreachRDD((rdd, time) -> SimWorld.of(id).asked(END, time))
                .uid(END);
    }

    private static String nameOf(int op) {
        return "out-" + op;
    }

    private static <T> void output(
            io.acequia.streaming.DStreamLike<T, ?, ? extends io.acequia.streaming.RDD<T>> stream,
            String name,
            long world,
            boolean ordered) {
        stream.foreachRDD((rdd, time) -> {
                    SimWorld.of(world).asked(name, time);
                    rdd.foreachPartitionWithIndex((partition, rows) -> SimWorld.of(world)
                            .sink()
                            .write(new Output.Key(time, name, partition), listOf(rows), ordered));
                })
                .uid(name);
    }

    private static List<Object> listOf(Iterator<?> rows) {
        List<Object> all = new ArrayList<>();
        rows.forEachRemaining(all::add);
        return all;
    }

    static int keyOf(long number, int keys) {
        return (int) (number / NumberedFeed.EVENT * 7 + number) % keys;
    }

    static long valueOf(long number) {
        return 1 + number % 97 % 10;
    }

    // ---- what must come of it

    /** What is wrong with what the sink has; the batches are those that ran, by their number since the start. */
    List<String> compare(SimSink sink, Time zero, NavigableSet<Integer> ran) {
        List<String> wrong = new ArrayList<>();
        NavigableMap<Integer, List<Tuple2<Integer, Long>>> input = new TreeMap<>();
        ran.forEach(batch -> input.put(batch, new ArrayList<>()));
        for (String source : sources()) {
            numbered(sink.of("raw-" + source), zero, interval)
                    .forEach((batch, numbers) ->
                            numbers.forEach(number -> input.computeIfAbsent(batch, b -> new ArrayList<>())
                                    .add(Tuple2.of(keyOf((Long) number, keys), valueOf((Long) number)))));
        }
        NavigableMap<Integer, List<Tuple2<Integer, Long>>> last = input;
        int lastSlide = 1;
        for (int i = 0; i < ops.size(); i++) {
            SimOp op = ops.get(i);
            boolean over = chained.get(i);
            last = op.over(over ? last : input, over ? lastSlide : 1, ran);
            lastSlide = op.slide();
            compare(nameOf(i) + " " + op, last, numbered(sink.of(nameOf(i)), zero, interval), wrong);
        }
        return wrong;
    }

    private static void compare(
            String what,
            NavigableMap<Integer, List<Tuple2<Integer, Long>>> expected,
            NavigableMap<Integer, List<Object>> actual,
            List<String> wrong) {
        expected.forEach((batch, pairs) -> {
            List<Object> found = actual.getOrDefault(batch, List.of());
            if (!sorted(pairs).equals(sorted(found))) {
                wrong.add(what + ", batch " + batch + ": must be " + sorted(pairs) + " but was " + sorted(found));
            }
        });
        actual.forEach((batch, rows) -> {
            if (!expected.containsKey(batch)) {
                wrong.add(what + ", batch " + batch + ": must not be, but was " + sorted(rows));
            }
        });
    }

    private static List<String> sorted(List<?> records) {
        List<String> texts = new ArrayList<>();
        records.forEach(record -> texts.add(record.toString()));
        Collections.sort(texts);
        return texts;
    }

    static NavigableMap<Integer, List<Object>> numbered(
            NavigableMap<Time, List<Object>> batches, Time zero, Duration interval) {
        NavigableMap<Integer, List<Object>> byNumber = new TreeMap<>();
        batches.forEach((time, rows) -> byNumber.put(numberOf(time, zero, interval), rows));
        return byNumber;
    }

    static int numberOf(Time time, Time zero, Duration interval) {
        return (int) ((time.milliseconds() - zero.milliseconds()) / interval.toMillis());
    }
}
