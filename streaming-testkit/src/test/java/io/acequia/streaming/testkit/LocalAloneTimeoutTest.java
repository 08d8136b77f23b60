/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;

class LocalAloneTimeoutTest extends TimeoutSemantics {
    @Override
    protected StreamingConf conf() {
        return LocalAlone.conf();
    }
}
