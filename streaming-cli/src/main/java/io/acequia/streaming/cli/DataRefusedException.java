/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;

/** What a command was to read is not whole, or where it was to write is not free; nothing of it was changed. */
final class DataRefusedException extends IOException {
    DataRefusedException(String message) {
        super(message);
    }
}
