/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.BatchSemantics;

class SparkBatchTest extends BatchSemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }

    @Override
    protected int cases() {
        return 1;
    }
}
