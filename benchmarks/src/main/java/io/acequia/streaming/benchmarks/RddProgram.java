/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.StreamingConf;
import java.nio.file.Path;

/** One work in a JVM of its own, with a heap of its own: work, input and a directory for what does not fit. */
final class RddProgram {
    private RddProgram() {}

    public static void main(String[] arguments) {
        try (BatchContext batch = context(arguments[2])) {
            System.out.println("result " + RddWork.valueOf(arguments[0]).run(batch, Path.of(arguments[1])));
        }
    }

    static BatchContext context(String aside) {
        return new BatchContext(StreamingConf.withoutDefaults()
                .setMaster("local[" + TwoThreads.COUNT + "]")
                .setAppName("rdd")
                .set(StreamingConf.STORAGE_DIR, aside));
    }
}
