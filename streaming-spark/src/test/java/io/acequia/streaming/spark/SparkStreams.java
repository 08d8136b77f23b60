/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.TestStreams;

/** How the suites of the test kit run on Spark: in this JVM, where a task is sent as it is to a cluster. */
final class SparkStreams {
    private SparkStreams() {}

    static StreamingConf conf() {
        return TestStreams.defaults().setMaster("spark-local[4]").set(StreamingConf.PARALLELISM, 2);
    }
}
