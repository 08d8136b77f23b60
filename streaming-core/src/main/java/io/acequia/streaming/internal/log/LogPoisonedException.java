/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.io.IOException;

/**
 * The device failed under a log, so nobody knows what of the last records is on it: this log takes and promises nothing any
 * more. A new one, opened after the device was looked at, says what is there.
 */
public final class LogPoisonedException extends IOException {
    LogPoisonedException(String folder, Throwable cause) {
        super(
                "ACQ-0585 the log in " + folder + " is given up, since its storage failed: " + cause
                        + "; look at the device, then start again",
                cause);
    }
}
