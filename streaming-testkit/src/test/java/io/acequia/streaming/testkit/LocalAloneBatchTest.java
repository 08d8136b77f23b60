/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;

class LocalAloneBatchTest extends BatchSemantics {
    @Override
    protected StreamingConf conf() {
        return LocalAlone.conf();
    }
}
