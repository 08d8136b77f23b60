/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection.Listed;
import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.JournalContent;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.ingest.KeptBlocks;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.RefusedRecordsException;
import io.acequia.streaming.internal.store.UndecodableRecordsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Judges a checkpoint directory by the rules of a start, without one: every byte of its checkpoints, journal and logs is read. A part
 * that several checkpoints share is read once. For one thread.
 */
final class DirectoryCheck {
    private final JobFolder folder;
    private final RecordSerializer serializer;
    private final PrintWriter progressTo;
    private final Set<String> wholeParts = new HashSet<>();
    private final Set<String> unknown = new TreeSet<>();

    /** @param serializer knows the classes that are here */
    DirectoryCheck(JobFolder folder, RecordSerializer serializer, PrintWriter progressTo) {
        this.folder = folder;
        this.serializer = serializer;
        this.progressTo = progressTo;
    }

    /**
     * Reads all that a checkpoint needs.
     *
     * @throws IOException when something is not as it was written
     */
    void mustBeWhole(Manifest manifest) throws IOException {
        Progress progress = new Progress(StreamClock.system(), progressTo, manifest.name(), manifest.bytes());
        for (Owner owner : manifest.owners()) {
            for (Piece piece : owner.pieces()) {
                for (Part part : piece.parts()) {
                    int sections = CheckpointInspection.sections(owner, piece);
                    if (!wholeParts.contains(part + " " + sections)) {
                        folder.checkpoints().verify(part, sections);
                        decode(owner.kind(), part);
                        wholeParts.add(part + " " + sections);
                    }
                    progress.add(part.bytes());
                }
            }
        }
    }

    private void decode(Kind kind, Part part) throws IOException {
        try {
            for (int section = 0; section < part.ends().size(); section++) {
                Iterator<?> records = kind == Kind.STATE
                        ? folder.checkpoints().changes(part, serializer)
                        : folder.checkpoints().records(part, section, serializer);
                while (records.hasNext()) {
                    records.next();
                }
            }
        } catch (UndecodableRecordsException e) {
            throw undecodable(part, String.valueOf(e.getMessage()));
        } catch (RefusedRecordsException e) {
            unknown.add(e.getMessage() + InspectCommand.hint(e));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IllegalStateException e) {
            throw undecodable(part, String.valueOf(e.getMessage()));
        }
    }

    private static IOException undecodable(Part part, String why) {
        return new DataRefusedException(
                "ACQ-2272 the records in " + part.file() + " are as they were written, and cannot be decoded: " + why);
    }

    /** Why some records were only compared with their checksums. */
    Set<String> unknownClasses() {
        return unknown;
    }

    /** The newest checkpoint that a start would take; empty when none is whole. */
    Optional<Manifest> takenByAStart() throws IOException {
        for (Listed each : folder.checkpoints().list()) {
            if (each.isCandidate()) {
                try {
                    mustBeWhole(each.manifest().orElseThrow());
                    return each.manifest();
                } catch (CheckpointRefusedException | DataRefusedException e) {
                    // the one before, then
                }
            }
        }
        return Optional.empty();
    }

    /** Reads the journal. */
    JournalContent journal() throws IOException {
        return JournalContent.read(folder.storage(), folder.job(), progress(Journal.FOLDER));
    }

    /** Reads the log of a source. */
    LogReader.Found log(String name, KeptBlocks blocks) throws IOException {
        Progress progress = progress(name);
        return LogInspection.read(folder.storage(), name, Optional.of(folder.job()), (type, at, payload) -> {
            progress.record(type, at, payload);
            blocks.record(type, at, payload);
        });
    }

    private Progress progress(String log) throws IOException {
        long total = 0;
        for (LogInspection.Listed segment : LogInspection.list(folder.storage(), log)) {
            total += segment.bytes();
        }
        return new Progress(StreamClock.system(), progressTo, log, total);
    }

    /**
     * Whether what is there fits together, as a start on it would find.
     *
     * @param taken the checkpoint that it takes
     * @param hasCheckpoints whether there are others, that it passes over
     * @param received the logs that could be read
     * @return the batches that it runs again
     * @throws DataRefusedException when it would be refused
     */
    List<JournaledBatch> mustFit(
            Optional<Manifest> taken, boolean hasCheckpoints, JournalContent journal, Map<String, KeptBlocks> received)
            throws DataRefusedException {
        if (taken.isEmpty()) {
            if (journal.reach() == Journal.Reach.CHECKPOINT
                    || hasCheckpoints && journal.reach() == Journal.Reach.NOTHING) {
                throw new DataRefusedException(
                        "ACQ-2273 there have been checkpoints, and none is left that a start takes:"
                                + " bring back a copy of the directory, or start the job anew in another one");
            }
        } else if (journal.lastSeq() < taken.get().journal()) {
            throw new DataRefusedException("ACQ-2274 the journal has " + Printable.count(journal.lastSeq(), "record")
                    + ", and had " + taken.get().journal() + " when checkpoint "
                    + taken.get().name() + " was taken: bring back the whole directory from one copy");
        }
        List<JournaledBatch> again = taken.isPresent()
                ? journal.batchesAfter(taken.get().time())
                : journal.beginning() == null
                        ? List.of()
                        : journal.batchesAfter(journal.beginning().zero());
        for (JournaledBatch batch : again) {
            for (Allocation allocation : batch.allocations()) {
                mustHave(batch, allocation, received.get(JobDirectory.receivedFrom(allocation.source())));
            }
        }
        return again;
    }

    private static void mustHave(JournaledBatch batch, Allocation allocation, @Nullable KeptBlocks blocks)
            throws DataRefusedException {
        if (blocks == null) {
            return; // its records are in no log
        }
        for (List<String> group : allocation.groups()) {
            for (String number : group) {
                if (!number.startsWith("-") && !blocks.has(Long.parseLong(number))) {
                    throw new DataRefusedException("ACQ-2275 record " + number + " of the log "
                            + JobDirectory.receivedFrom(allocation.source()) + " belongs to batch "
                            + Printable.time(batch.time())
                            + ", which must run again, and is not there: bring that folder back from a copy");
                }
            }
        }
    }
}
