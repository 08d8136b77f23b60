/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

class LocalAloneMemoryTest extends MemorySemantics {
    @Override
    protected io.acequia.streaming.StreamingConf conf() {
        return LocalAlone.conf();
    }
}
