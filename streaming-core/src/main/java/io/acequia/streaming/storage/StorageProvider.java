/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.storage;

import java.io.IOException;

/**
 * Opens storages of other kinds than the local disk; found with {@link java.util.ServiceLoader}. Needs a public constructor
 * without parameters.
 */
public interface StorageProvider {
    /** Whether it opens this URI, by its scheme: {@code hdfs://namenode/data/job}. */
    boolean accepts(String uri);

    /** Opens the folder at a URI; nothing is made there before something is written. May block as the device does. */
    Storage open(String uri) throws IOException;
}
