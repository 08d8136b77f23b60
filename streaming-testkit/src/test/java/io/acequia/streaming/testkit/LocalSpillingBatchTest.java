/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Tuple2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same where hardly a record fits into memory: shuffles, sorts, groups and joins go over the disk. */
class LocalSpillingBatchTest extends BatchSemantics {
    private static final int RECORDS = 150;

    @Override
    protected StreamingConf conf() {
        return super.conf().set(StreamingConf.STORAGE_MEMORY, new ByteSize(4 << 10));
    }

    @Override
    protected int cases() {
        return 25;
    }

    @Override
    protected int mostRecords() {
        return RECORDS;
    }

    /** While their results are pulled, the runs of an operator lie beside the files of its shuffle. */
    @Test
    void listsOfThisLengthAreSortedAndGroupedOnDisk(@TempDir Path disk) throws IOException {
        List<Tuple2<Integer, Integer>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(Tuple2.of(i * 7 % RECORDS, i));
        }
        BatchContext batch = new BatchContext(conf().set(StreamingConf.STORAGE_DIR, disk.toString()));
        try {
            PairRDD<Integer, Integer> pairs = batch.parallelizePairs(records, 3);
            for (PairRDD<Integer, ?> each :
                    List.of(pairs.sortByKey(true, 1), pairs.groupByKey(1), pairs.cogroup(pairs, 1))) {
                long meanwhile = filesMeanwhile(each, disk.toString());
                assertThat(meanwhile - filesIn(disk.toString())).isGreaterThan(1);
            }
        } finally {
            batch.stop();
        }
    }

    private static <V> long filesMeanwhile(PairRDD<Integer, V> pairs, String disk) {
        return pairs.mapPartitions(part -> {
                    part.next();
                    return List.of(filesIn(disk)).iterator();
                })
                .first();
    }

    private static long filesIn(String folder) throws IOException {
        try (Stream<Path> tree = Files.walk(Path.of(folder))) {
            return tree.filter(Files::isRegularFile).count();
        }
    }
}
