/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.schedule.JobStatus;
import io.acequia.streaming.internal.store.StatusFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the status file of a job says, held against the processes of this machine. A number of a process is given again after its
 * end, so the start of the process decides whether it is the one that wrote the file. The system counts that from its boot, whose
 * time moves with corrections of the clock: two seconds between them are the same moment.
 *
 * @param status what the file says
 * @param place where the process is
 * @param handle of the process, when it is there
 */
record JobProcess(JobStatus status, Place place, Optional<ProcessHandle> handle) {
    private static final Duration SAME_MOMENT = Duration.ofSeconds(2);

    /** Where the process is that wrote the status. */
    enum Place {
        /** Alive on this machine. */
        HERE,
        /** It said that it had stopped. */
        STOPPED,
        /** It ended and did not say so. */
        GONE,
        /** Another process has its number: it ended and did not say so. */
        REPLACED,
        /** The directory is in use and its status does not fit, or the system does not tell when the process was started. */
        UNSURE,
        /** On another machine, or in another container. */
        ELSEWHERE
    }

    /**
     * Reads the status in a checkpoint directory.
     *
     * @throws DataRefusedException when there is none, or it cannot be read
     */
    static JobProcess of(JobFolder folder) throws IOException {
        JobStatus status = read(folder);
        if (status.state().equals("STOPPED")) {
            return new JobProcess(status, isTaken(folder) ? Place.UNSURE : Place.STOPPED, Optional.empty());
        }
        if (isElsewhere(status.process())) {
            return new JobProcess(status, Place.ELSEWHERE, Optional.empty());
        }
        Optional<ProcessHandle> handle =
                ProcessHandle.of(status.process().pid()).filter(ProcessHandle::isAlive);
        Place seen = handle.map(alive -> place(status, alive)).orElse(Place.GONE);
        Place place = seen != Place.HERE && isTaken(folder) ? Place.UNSURE : seen;
        return new JobProcess(status, place, handle.filter(alive -> place == Place.HERE));
    }

    /** Containers may share the name of a host: each has a namespace of its own, in which the pid is another process. */
    private static boolean isElsewhere(JobStatus.Process process) {
        return !process.host().equals(StatusFile.thisHost())
                || process.namespace().isPresent() && !process.namespace().equals(StatusFile.thisNamespace());
    }

    private static Place place(JobStatus status, ProcessHandle alive) {
        Optional<Instant> written = status.process().started();
        Optional<Instant> actual = alive.info().startInstant();
        if (written.isEmpty() || actual.isEmpty()) {
            return Place.UNSURE;
        }
        Duration between = Duration.between(written.get(), actual.get()).abs();
        return between.compareTo(SAME_MOMENT) <= 0 ? Place.HERE : Place.REPLACED;
    }

    private static JobStatus read(JobFolder folder) throws IOException {
        Path path = folder.path();
        JobStatus status;
        try {
            status = StatusFile.in(path)
                    .read()
                    .map(JobStatus::of)
                    .orElseThrow(
                            () -> new DataRefusedException("ACQ-2282 there is no file '" + StatusFile.NAME + "' in "
                                    + path + ": "
                                    + (isTaken(folder) ? "the job that runs there" : "the last job that ran there")
                                    + " has not written one; a job does at its start, on a local disk"));
        } catch (IllegalArgumentException e) {
            throw new DataRefusedException(
                    "ACQ-2283 the file '" + StatusFile.NAME + "' in " + path + " is none of this version: "
                            + e.getMessage() + "; a running job replaces it with its next batch");
        }
        if (!status.job().equals(folder.job().toString())) {
            throw new DataRefusedException("ACQ-2284 the file '" + StatusFile.NAME + "' in " + path
                    + " is that of another job, " + status.job() + ": it was copied there; delete it");
        }
        return status;
    }

    private static boolean isTaken(JobFolder folder) {
        try {
            return folder.storage().isLocked(JobDirectory.LOCK);
        } catch (IOException e) {
            return false;
        }
    }

    /** For people: {@code process 4711 on web1}, and where that is not enough {@code process 1 on web1 in pid:[4026532170]}. */
    String name() {
        JobStatus.Process process = status.process();
        String name = "process " + process.pid() + " on " + Printable.line(process.host());
        return place == Place.ELSEWHERE ? name + in(process.namespace()) : name;
    }

    /** This machine, as {@link #name} has that of a process: {@code web1 in pid:[4026531836]}. */
    static String here() {
        return StatusFile.thisHost() + in(StatusFile.thisNamespace());
    }

    private static String in(Optional<String> namespace) {
        return namespace.map(name -> " in " + Printable.line(name)).orElse("");
    }
}
