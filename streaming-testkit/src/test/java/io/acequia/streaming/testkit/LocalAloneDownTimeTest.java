/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;

class LocalAloneDownTimeTest extends DownTimeSemantics {
    @Override
    protected StreamingConf conf() {
        return LocalAlone.conf();
    }
}
