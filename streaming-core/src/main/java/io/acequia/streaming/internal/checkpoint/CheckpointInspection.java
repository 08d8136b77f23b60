/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.Checkpoints.Found;
import io.acequia.streaming.internal.checkpoint.Manifest.Kind;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.StateChangeLog;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks at the checkpoints of a job for people, also beside the job, and changes nothing. A checkpoint may go while it is looked at:
 * then its files are not found. For one thread at a time.
 */
public final class CheckpointInspection {
    private final Storage storage;
    private final Checkpoints checkpoints;

    /** @param job whose they must be */
    public CheckpointInspection(Storage storage, UUID job) {
        this.storage = storage;
        this.checkpoints = new Checkpoints(storage, job);
    }

    /** How a checkpoint looks, by its manifest. */
    public enum State {
        /** The manifest is whole; what it names is not judged. */
        READABLE,
        /** The manifest must not be trusted. */
        DAMAGED,
        /** Processes died while they restored it, and no start takes it any more. */
        PUT_ASIDE,
        /** It has no manifest and parts that no other one needs: it is being written or deleted, or its writer was interrupted. */
        UNFINISHED
    }

    /**
     * A folder that is named like a checkpoint.
     *
     * @param name its name
     * @param state how it looks
     * @param manifest when it can be read
     * @param damage why it cannot
     * @param deaths processes that have ended while they restored it
     */
    public record Listed(
            String name,
            State state,
            Optional<Manifest> manifest,
            Optional<CheckpointRefusedException> damage,
            int deaths) {
        /** The time of its batch, as its name says. */
        public long millis() {
            return Checkpoints.millis(name);
        }

        /** Whether a start would take it, as far as its manifest tells. */
        public boolean isCandidate() {
            return state == State.READABLE && deaths < Checkpoints.DEATHS;
        }
    }

    /** All of them, newest first; a folder that only holds parts of another one is left out. */
    public List<Listed> list() throws IOException {
        List<Listed> all = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (String folder : storage.folders(Checkpoints.FOLDER)) {
            String name = folder.substring(folder.lastIndexOf('/') + 1);
            if (Checkpoints.NAME.matcher(name).matches()) {
                Optional<Listed> listed = look(name);
                listed.ifPresent(all::add);
                if (listed.isEmpty()) {
                    without.add(name);
                }
            }
        }
        for (String name : without) {
            boolean needed = all.stream()
                    .flatMap(each -> each.manifest().stream())
                    .flatMap(Manifest::parts)
                    .anyMatch(part -> part.file().startsWith(name + "/"));
            if (!needed) {
                all.add(new Listed(name, State.UNFINISHED, Optional.empty(), Optional.empty(), 0));
            }
        }
        all.sort(Comparator.comparingLong(Listed::millis)
                .thenComparing(Listed::name)
                .reversed());
        return all;
    }

    private Optional<Listed> look(String name) throws IOException {
        int deaths = 0;
        Storage.Entry manifest = null;
        boolean aside = false;
        for (Storage.Entry file : storage.list(Checkpoints.FOLDER + "/" + name)) {
            String last = file.name().substring(file.name().lastIndexOf('/') + 1);
            deaths += last.startsWith(Checkpoints.RESTORING) ? 1 : 0;
            if (last.equals(Manifest.FILE)) {
                manifest = file;
                aside = false;
            } else if (last.equals(Checkpoints.PUT_ASIDE) && manifest == null) {
                manifest = file;
                aside = true;
            }
        }
        if (manifest == null) {
            return Optional.empty();
        }
        Found found;
        try {
            found = checkpoints.read(name, manifest);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        State state = aside ? State.PUT_ASIDE : found.damage().isPresent() ? State.DAMAGED : State.READABLE;
        return Optional.of(new Listed(name, state, found.manifest(), found.damage(), deaths));
    }

    /**
     * Reads one part whole, and compares it with what the manifest says.
     *
     * @throws CheckpointRefusedException when it differs
     */
    public void verify(Part part, int sections) throws IOException {
        String path = Checkpoints.FOLDER + "/" + part.file();
        part.verify(storage, Checkpoints.FOLDER);
        long before = Part.HEAD;
        for (long end : part.ends()) {
            if (end < before) {
                throw sections(path, end);
            }
            before = end;
        }
        if (part.ends().size() != sections || before != part.bytes()) {
            throw sections(path, before);
        }
    }

    private static CheckpointRefusedException sections(String path, long at) {
        return new CheckpointRefusedException(
                "ACQ-2270", path, at, "its sections are not those of the manifest; the manifest makes no sense", null);
    }

    /** How many sections the parts of a piece have. */
    public static int sections(Owner owner, Piece piece) {
        return owner.kind() == Kind.STATE ? 1 : piece.times().size();
    }

    /** What a part of a state says, in order; the part must have been verified. */
    public Iterator<StateChange<Object, Object>> changes(Part part, RecordSerializer serializer) {
        return StateChangeLog.read(part.records(storage, Checkpoints.FOLDER, 0, serializer));
    }

    /** What stands in a section of a part, in order; the part must have been verified. */
    public Iterator<Object> records(Part part, int section, RecordSerializer serializer) {
        return part.records(storage, Checkpoints.FOLDER, section, serializer);
    }
}
