/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.RecoverySemantics;

@LongSuite
class SparkRecoveryTest extends RecoverySemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
