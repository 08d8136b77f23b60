/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;

/** The local engine without a worker, and with functions as they are. */
final class LocalAlone {
    private LocalAlone() {}

    static StreamingConf conf() {
        return TestStreams.defaults()
                .setMaster("local[1]")
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.SERIALIZE_CLOSURES, false);
    }
}
