/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;

/**
 * Batch and stream in one program, over one set of data: {@code acequia run BatchAndStream HOST PORT FILE}. The file holds
 * lines {@code ID,NAME}; the server sends an id a line.
 */
public final class BatchAndStream {
    private BatchAndStream() {}

    // tag::batch-and-stream
    /** Names by id. */
    public static PairRDD<String, String> users(BatchContext batch, String file) {
        return batch.textFile(file)
                .map(line -> line.split(",", 2))
                .mapToPair(fields -> Tuple2.of(fields[0], fields[1]))
                .cache();
    }

    /** The names of the visitors that are known. */
    public static DStream<String> visitors(DStream<String> ids, PairRDD<String, String> users) {
        return ids.mapToPair(id -> Tuple2.of(id, 1))
                .transformToPair(visits -> visits.join(users))
                .map(visit -> visit._2()._2());
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: BatchAndStream HOST PORT FILE");
        }
        try (BatchContext batch = new BatchContext(new StreamingConf().setAppName("BatchAndStream"))) {
            PairRDD<String, String> users = users(batch, args[2]);
            StreamingContext ssc = new StreamingContext(batch, Durations.seconds(5));
            visitors(ssc.socketTextStream(args[0], Integer.parseInt(args[1])), users)
                    .print();
            ssc.start();
            System.out.println(users.count() + " users are known"); // a job beside the stream, on the same workers
            ssc.awaitTerminationOrTimeout(Duration.ofMinutes(10));
            ssc.stop(false, true); // the stream ends in good order; the batch context stays
            System.out.println(users.values().distinct().count() + " names are in use");
        }
    }
    // end::batch-and-stream
}
