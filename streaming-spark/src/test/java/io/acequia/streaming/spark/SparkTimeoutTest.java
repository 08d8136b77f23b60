/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.TimeoutSemantics;

@LongSuite
class SparkTimeoutTest extends TimeoutSemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
