/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.ByteSize;

/** The same where hardly a record fits into memory: shuffles, sorts, groups and joins go over the disk. */
class LocalSpillingBatchTest extends BatchSemantics {
    @Override
    protected StreamingConf conf() {
        return super.conf().set(StreamingConf.STORAGE_MEMORY, new ByteSize(8 << 10));
    }

    @Override
    protected int cases() {
        return 50;
    }

    @Override
    protected int mostRecords() {
        return 150;
    }
}
