/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

/** A bounded source has given its last record: its receiver stops for good, which is no failure. */
public final class EndOfSourceException extends Exception {
    public EndOfSourceException() {
        super("the source has ended");
    }
}
