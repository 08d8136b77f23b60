/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.ingest.KeptBlocks;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Copies one checkpoint and what a start on it needs, so that the job can go on from the copy. For one thread.
 *
 * <p><b>Order.</b> A job may run meanwhile, so the order decides. First the parts and the manifest, which never change. Then the
 * journal, as long as it is at that moment: it has all batches after the checkpoint, or those after it would not be there. Last the
 * logs of sources: a batch is in the journal after its blocks are in their logs, so logs that are copied later have all the blocks that
 * the copied journal speaks of; with the logs first, it could speak of blocks that they lack. What the logs have beyond that are blocks
 * that no batch had taken: the copy gives them to its first new batch. A last segment is cut anywhere, as by a kill.
 *
 * <p><b>Release.</b> The job deletes meanwhile what its newer checkpoints need no more, so the copy is judged as a start would judge
 * it. Was something gone, all begins again from a newer checkpoint.
 *
 * <p><b>Unfinished.</b> The file with the id of the job stands first and holds no id until the copy is forced and
 * judged: a start on half a copy is refused.
 */
final class CheckpointCopy {
    private static final int AT_ONCE = 1 << 20;
    private static final String NEW_ID = "copied.id";

    private final JobFolder from;
    private final LocalDisk to;
    private final Progress progress;
    private final RecordSerializer serializer;
    private final PrintWriter progressTo;
    private final Set<String> folders = new LinkedHashSet<>();
    private long bytes;
    private int files;

    CheckpointCopy(JobFolder from, LocalDisk to, RecordSerializer serializer, PrintWriter progressTo, long total) {
        this.from = from;
        this.to = to;
        this.serializer = serializer;
        this.progressTo = progressTo;
        this.progress = new Progress(StreamClock.system(), progressTo, "copied", total);
    }

    /**
     * What was copied.
     *
     * @param again batches after the checkpoint, which a start on the copy runs again
     */
    record Copied(Manifest manifest, List<JournaledBatch> again, int files, long bytes) {}

    /** Copies into an empty folder; an exception says that the copy is not to be used. */
    Copied copy(Manifest manifest) throws IOException {
        write(JobDirectory.ID, "unfinished copy\n");
        to.forceFolder("");
        Set<String> parts = new LinkedHashSet<>();
        for (Part part : manifest.parts().toList()) {
            if (parts.add(part.file())) {
                file(Checkpoints.FOLDER + "/" + part.file(), part.bytes());
            }
        }
        whole(Checkpoints.FOLDER + "/" + manifest.name() + "/" + Manifest.FILE);
        log(Journal.FOLDER);
        for (String log : from.receivedLogs()) {
            log(log);
        }
        for (String folder : folders) {
            to.forceFolder(folder);
        }
        List<JournaledBatch> again = judged(manifest);
        write(NEW_ID, from.job() + "\n");
        to.commit(NEW_ID, JobDirectory.ID);
        to.forceFolder("");
        return new Copied(manifest, again, files, bytes);
    }

    private List<JournaledBatch> judged(Manifest manifest) throws IOException {
        JobFolder made = new JobFolder(from.path(), to, from.job());
        DirectoryCheck check = new DirectoryCheck(made, serializer, progressTo);
        check.mustBeWhole(manifest);
        Map<String, KeptBlocks> received = new TreeMap<>();
        for (String log : from.receivedLogs()) {
            KeptBlocks blocks = new KeptBlocks();
            check.log(log, blocks);
            received.put(log, blocks);
        }
        return check.mustFit(Optional.of(manifest), false, check.journal(), received);
    }

    private void log(String folder) throws IOException {
        for (Storage.Entry entry : from.storage().list(folder)) {
            if (LogInspection.isSegment(entry.name().substring(entry.name().lastIndexOf('/') + 1))) {
                file(entry.name(), entry.length());
            }
        }
    }

    private void whole(String name) throws IOException {
        for (Storage.Entry entry : from.storage().list(name.substring(0, name.lastIndexOf('/')))) {
            if (entry.name().equals(name)) {
                file(name, entry.length());
                return;
            }
        }
        throw new NoSuchFileException(name);
    }

    private void file(String name, long length) throws IOException {
        try (Storage.Appender out = to.create(name)) {
            for (long at = 0; at < length; at += AT_ONCE) {
                int size = (int) Math.min(AT_ONCE, length - at);
                out.write(from.storage().read(name, at, size));
                progress.add(size);
            }
            out.force();
        }
        folders.add(name.substring(0, name.lastIndexOf('/')));
        bytes += length;
        files++;
    }

    private void write(String name, String text) throws IOException {
        try (Storage.Appender out = to.create(name)) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            out.force();
        }
    }

    /** Takes away what an attempt has left, below a folder that was empty before it. */
    static void clear(Storage storage, String folder) throws IOException {
        for (String inner : storage.folders(folder)) {
            clear(storage, inner);
            storage.delete(inner);
        }
        for (Storage.Entry file : storage.list(folder)) {
            storage.delete(file.name());
        }
    }
}
