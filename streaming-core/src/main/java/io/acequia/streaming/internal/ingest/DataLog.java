/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.store.Vocabulary;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;

/**
 * The log of one source.
 *
 * @param uri the storage that holds it
 * @param folder its folder there
 * @param job the job that owns it
 * @param maxRecord the largest block it takes
 * @param roll the size at which a new segment begins
 * @param rollEvery the age at which a new segment begins
 * @param vocabulary what records may consist of
 */
public record DataLog(
        String uri,
        String folder,
        UUID job,
        ByteSize maxRecord,
        ByteSize roll,
        Duration rollEvery,
        Vocabulary vocabulary)
        implements Serializable {
    LogSettings limits() {
        return new LogSettings(maxRecord, roll, rollEvery);
    }
}
