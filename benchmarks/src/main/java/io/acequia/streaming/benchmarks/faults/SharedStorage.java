/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.storage.Storage;

/** A storage that several users may close without an effect on the others. */
class SharedStorage extends ForwardingStorage {
    SharedStorage(Storage storage) {
        super(storage);
    }

    @Override
    public void close() {}
}
