/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.SourceSemantics;

class SparkSourceTest extends SourceSemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
