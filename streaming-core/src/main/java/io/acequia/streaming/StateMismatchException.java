/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.util.List;

/** A checkpoint holds state that the program no longer has. */
public final class StateMismatchException extends StreamingException {
    private final List<String> droppedUids;

    public StateMismatchException(String code, String message, List<String> droppedUids) {
        super(code, message, null);
        this.droppedUids = List.copyOf(droppedUids);
    }

    /** Uids of the state that would be dropped. */
    public List<String> droppedUids() {
        return droppedUids;
    }
}
