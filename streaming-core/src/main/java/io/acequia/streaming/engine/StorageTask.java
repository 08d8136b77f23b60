/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;

/** What every task of an engine is, beyond what functions of the program see of it: it reaches durable data. */
public interface StorageTask extends TaskContext {
    /** The storage at a place, as {@link Engine#storage}; shared between tasks, so it must not be closed. */
    Storage storage(String uri) throws IOException;
}
