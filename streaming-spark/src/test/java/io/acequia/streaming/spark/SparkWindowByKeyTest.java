/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.WindowByKeySemantics;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(900)
class SparkWindowByKeyTest extends WindowByKeySemantics {
    @Override
    protected StreamingConf conf() {
        return SparkStreams.conf();
    }
}
