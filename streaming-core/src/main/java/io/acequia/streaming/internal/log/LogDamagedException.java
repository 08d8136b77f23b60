/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.io.IOException;

/** A log is not what its writer left: it is refused as a whole, and nothing of it is changed. */
public final class LogDamagedException extends IOException {
    private final Reason reason;
    private final String file;
    private final long offset;

    LogDamagedException(Reason reason, String file, long offset, String detail) {
        super(reason.code + " " + file + " at byte " + offset + ": " + reason.what + " (" + detail
                + "); look at the disk, or move the folder aside to start without this log");
        this.reason = reason;
        this.file = file;
        this.offset = offset;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** The file, relative to the storage. */
    public String file() {
        return file;
    }

    /** Where in it, in bytes. */
    public long offset() {
        return offset;
    }

    /** What a log can be refused for. */
    public enum Reason {
        HEADER("ACQ-0571", "the header of the segment is damaged, or the file was renamed"),
        FORMAT("ACQ-0572", "the segment is of a newer format"),
        OTHER_JOB("ACQ-0573", "the segment belongs to another job"),
        MISNAMED("ACQ-0574", "the segment is another one than the name says"),
        TWICE("ACQ-0575", "two files claim to be the same segment"),
        MISSING("ACQ-0576", "segments before this one are missing"),
        GAP("ACQ-0577", "the records do not go on where the segment before ends"),
        RECORD("ACQ-0578", "a record is damaged"),
        UNFINISHED("ACQ-0579", "the segment has lost its end"),
        MIDDLE("ACQ-0580", "a record is damaged, and good ones follow"),
        TRAILER("ACQ-0581", "the trailer of the segment is damaged"),
        BEHIND("ACQ-0582", "something follows the trailer of the segment"),
        TOO_LARGE("ACQ-0583", "a record is larger than the limit: raise streaming.log.max.record"),
        SHORT("ACQ-0595", "the log ends before records that are known to have been in it"),
        ADDRESS("ACQ-0584", "the record is not what its address says");

        private final String code;
        private final String what;

        Reason(String code, String what) {
            this.code = code;
            this.what = what;
        }
    }
}
