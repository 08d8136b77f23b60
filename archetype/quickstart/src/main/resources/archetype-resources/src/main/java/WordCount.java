package ${package};

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/** Counts words every second: for as many seconds as the argument says, or for ever. */
public final class WordCount {
    private static final List<String> LINES =
            List.of("the river runs to the sea", "the gates open in turns", "and every field gets its share of the river");

    private WordCount() {}

    /** How often each word comes in a batch. */
    static PairDStream<String, Integer> count(DStream<String> lines) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum);
    }

    public static void main(String[] args) throws Exception {
        Duration howLong = args.length == 0 ? Duration.ofDays(36_500) : Duration.ofSeconds(Long.parseLong(args[0]));
        StreamingConf conf = new StreamingConf().setAppName("${artifactId}");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            // Every batch gets these lines, for the queue stays empty. Put your source here.
            RDD<String> lines = ssc.batchContext().parallelize(LINES);
            count(ssc.queueStream(new ArrayDeque<>(), true, lines)).print();
            ssc.start();
            ssc.awaitTerminationOrTimeout(howLong);
        }
    }
}
