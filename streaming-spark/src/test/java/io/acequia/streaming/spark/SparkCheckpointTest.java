/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.CheckpointSemantics;

class SparkCheckpointTest extends CheckpointSemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
