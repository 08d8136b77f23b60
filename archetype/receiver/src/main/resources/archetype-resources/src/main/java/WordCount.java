package ${package};

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.util.Arrays;

/** Counts the words of the lines that a server sends, every second. */
public final class WordCount {
    private WordCount() {}

    /** How often each word comes in a batch. */
    static PairDStream<String, Integer> count(DStream<String> lines) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2 && args.length != 3) {
            throw new IllegalArgumentException("usage: WordCount HOST PORT [CHECKPOINT_DIRECTORY]");
        }
        LineSource source = new LineSource(args[0], Integer.parseInt(args[1]));
        StreamingConf conf = new StreamingConf().setAppName("${artifactId}");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            if (args.length == 3) {
                // What is received goes to a log there, and is acknowledged when it has been forced.
                ssc.checkpoint(args[2]);
            }
            count(ssc.receiverStream(source).uid("lines")).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
