/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;

/** A file of dead letters is not what was written; it is left as it is. */
final class LettersRefusedException extends IOException {
    LettersRefusedException(String message) {
        super(message);
    }
}
