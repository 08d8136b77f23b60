/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;

class LocalAloneRecoveryTest extends RecoverySemantics {
    @Override
    protected StreamingConf conf() {
        return LocalAlone.conf();
    }
}
