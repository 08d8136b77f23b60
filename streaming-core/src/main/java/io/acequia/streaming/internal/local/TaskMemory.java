/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.internal.store.AsideFiles;

/**
 * What tasks may hold in memory, and where the rest goes. The bounds are fixed parts of the memory for storage and do not depend on
 * who else holds what: so tasks never wait for each other, and a partition that is computed again is cut at the same records.
 *
 * @param operatorBytes what one operator of a task may hold: half of the memory, shared by the tasks that run at once
 * @param placingBytes what a task of a shuffle may hold before it writes: a quarter, shared in the same way
 * @param shuffleBytes what a shuffle that has run may keep in memory: a quarter
 * @param files where the rest goes
 */
record TaskMemory(long operatorBytes, long placingBytes, long shuffleBytes, AsideFiles files) {
    static TaskMemory of(long bytes, int slots, AsideFiles files) {
        return new TaskMemory(bytes / 2 / slots, bytes / 4 / slots, bytes / 4, files);
    }
}
