/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The limit of W7: the same counts and the same print-out, written by hand, without an interval to wait for. */
final class QueueByHand {
    private static final int PRINTED = 10;

    private QueueByHand() {}

    public static void main(String[] arguments) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        int linesEachBatch = Integer.parseInt(arguments[1]);
        long words = 0;
        for (int from = 0; from < lines.size(); from += linesEachBatch) {
            Map<String, Integer> counts = new HashMap<>();
            for (String line : lines.subList(from, from + linesEachBatch)) {
                for (String word : line.split(" ")) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
            counts.entrySet().stream().limit(PRINTED).forEach(System.out::println);
            words += counts.values().stream().mapToLong(Integer::longValue).sum();
        }
        ProcessStatus.tell(words);
    }
}
