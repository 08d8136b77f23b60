/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.StateStepSemantics;

@LongSuite
class SparkStateStepTest extends StateStepSemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
