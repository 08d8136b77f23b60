/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import java.io.IOException;

/** The channel has given up reaching the driver: nothing is wrong with the log. */
final class DriverLostException extends IOException {
    private static final long serialVersionUID = 1;

    DriverLostException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
