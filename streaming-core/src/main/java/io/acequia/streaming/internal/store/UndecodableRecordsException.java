/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

/** Stored records of classes that are here cannot be made from the bytes. */
public final class UndecodableRecordsException extends RefusedRecordsException {
    UndecodableRecordsException(String message, Throwable cause) {
        super(message, cause);
    }
}
