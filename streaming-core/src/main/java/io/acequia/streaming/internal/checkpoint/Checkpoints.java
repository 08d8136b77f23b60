/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a job: folders {@code cp-<time>-<attempt>} of parts and a manifest, in one folder of the checkpoint directory.
 *
 * <p><b>Writing.</b> Parts are written and forced by tasks. Then the manifest is written aside, forced, and renamed, the folders are
 * forced, and all of it is read again: only then does the checkpoint exist, and only then do older ones go. Whatever a crash leaves
 * is a folder without a manifest, which the next one clears away.
 *
 * <p><b>Keeping.</b> The newest ones are kept, so many as the setting says, and as many more as it takes to have two bases
 * among them that do not build on each other: a damaged file of a base takes all of its increments with it. A part goes when no manifest that
 * is kept names it.
 *
 * <p><b>Reading.</b> The newest one whose manifest and parts are all as they were written is taken; a damaged one is
 * passed over, with a warning. One in whose restoring two processes have died is put aside ({@code MANIFEST.bad}): it may be what kills
 * them. When none is left and the journal does not
 * reach back to the beginning any more, the job is refused: to begin with nothing would be to lose it silently.
 *
 * <p>For one thread at a time.
 */
public final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /** Where they are, in the checkpoint directory. */
    public static final String FOLDER = "checkpoints";

    static final String UNFINISHED = "MANIFEST.tmp";
    static final String PUT_ASIDE = "MANIFEST.bad";
    static final String RESTORING = "restoring.";
    static final int DEATHS = 2;
    private static final int LONGEST_MANIFEST = 256 << 20;
    static final Pattern NAME = Pattern.compile("cp-(-?\\d{1,18})-([0-9a-f]{8,16})");

    private final Storage storage;
    private final UUID job;

    public Checkpoints(Storage storage, UUID job) {
        this.storage = storage;
        this.job = job;
    }

    /**
     * A folder that looks like a checkpoint.
     *
     * @param name its name
     * @param manifest when it can be read
     * @param damage why it cannot
     */
    public record Found(String name, Optional<Manifest> manifest, Optional<CheckpointRefusedException> damage) {
        long millis() {
            return Checkpoints.millis(name);
        }
    }

    /** The name of the checkpoint of a batch. */
    public static String name(long millis, long attempt) {
        return "cp-%d-%08x".formatted(millis, attempt);
    }

    static long millis(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MIN_VALUE;
    }

    /** All of them, newest first; only manifests are read. */
    public List<Found> list() throws IOException {
        List<Found> all = new ArrayList<>();
        for (String folder : storage.folders(FOLDER)) {
            String name = folder.substring(folder.lastIndexOf('/') + 1);
            if (NAME.matcher(name).matches()) {
                for (Storage.Entry file : storage.list(FOLDER + "/" + name)) {
                    if (file.name().endsWith("/" + Manifest.FILE)) {
                        all.add(read(name, file));
                    }
                }
            }
        }
        all.sort(Comparator.comparingLong(Found::millis)
                .thenComparing(Found::name)
                .reversed());
        return all;
    }

    Found read(String name, Storage.Entry file) throws IOException {
        try {
            if (file.length() > LONGEST_MANIFEST) {
                throw new CheckpointRefusedException(
                        "ACQ-1112", file.name(), 0, "a manifest of " + file.length() + " bytes is none", null);
            }
            Manifest manifest = Manifest.decode(storage.read(file.name(), 0, (int) file.length()), file.name());
            if (!manifest.job().equals(job)) {
                throw new CheckpointRefusedException(
                        "ACQ-1113",
                        file.name(),
                        -1,
                        "it belongs to job " + manifest.job() + ", and this directory to " + job,
                        null);
            }
            if (!manifest.name().equals(name) || manifest.time().milliseconds() != millis(name)) {
                throw new CheckpointRefusedException(
                        "ACQ-1114",
                        file.name(),
                        -1,
                        "it is that of " + manifest.name() + ": the folder was renamed",
                        null);
            }
            return new Found(name, Optional.of(manifest), Optional.empty());
        } catch (CheckpointRefusedException e) {
            return new Found(name, Optional.empty(), Optional.of(e));
        }
    }

    /** Reads all that a checkpoint consists of; an exception says what differs from what was written. */
    public void verify(Manifest manifest) throws IOException {
        Set<String> seen = new HashSet<>();
        for (Part part : manifest.parts().toList()) {
            if (seen.add(part.file())) {
                part.verify(storage, FOLDER);
            }
        }
    }

    /**
     * The newest checkpoint that is whole; empty when there is none.
     *
     * @param journal what there is beside checkpoints
     * @throws CheckpointRefusedException when there must be one and none is left
     */
    public Optional<Manifest> newest(Journal.Reach journal) throws IOException {
        CheckpointRefusedException last = null;
        boolean some = false;
        for (Found found : list()) {
            some = true;
            try {
                if (found.damage().isPresent()) {
                    throw found.damage().get();
                }
                Manifest manifest = found.manifest().orElseThrow();
                if (deaths(manifest) >= DEATHS) {
                    LOG.error(
                            "checkpoint {} is put aside: {} processes have ended while they restored it",
                            found.name(),
                            DEATHS);
                    storage.commit(path(found.name(), Manifest.FILE), path(found.name(), PUT_ASIDE));
                    storage.forceFolder(FOLDER + "/" + found.name());
                    continue;
                }
                verify(manifest);
                return Optional.of(manifest);
            } catch (CheckpointRefusedException e) {
                LOG.error("checkpoint {} is passed over: {}", found.name(), e.getMessage());
                last = e;
            }
        }
        if (journal == Journal.Reach.CHECKPOINT || some && journal == Journal.Reach.NOTHING) {
            throw new CheckpointRefusedException(
                    "ACQ-1115",
                    FOLDER,
                    -1,
                    "no checkpoint is left that can be trusted"
                            + (last == null ? "" : "; the last one was refused: " + last.getMessage())
                            + "; bring back a copy, or start the job anew in another directory",
                    last);
        }
        if (some) {
            LOG.warn("no checkpoint can be trusted, and the journal is whole: the job runs again from its beginning");
        }
        return Optional.empty();
    }

    int deaths(Manifest manifest) throws IOException {
        return (int) storage.list(FOLDER + "/" + manifest.name()).stream()
                .filter(file -> file.name().contains("/" + RESTORING))
                .count();
    }

    /** Notes that somebody begins to restore it, until {@link #restored}. */
    public void restoring(Manifest manifest) throws IOException {
        String mark = path(manifest.name(), RESTORING + deaths(manifest));
        storage.delete(mark);
        storage.create(mark).close();
    }

    /** It has been restored. */
    public void restored(Manifest manifest) throws IOException {
        for (Storage.Entry file : storage.list(FOLDER + "/" + manifest.name())) {
            if (file.name().contains("/" + RESTORING)) {
                storage.delete(file.name());
            }
        }
    }

    /** Makes a checkpoint exist whose parts are written; an exception says that it does not. */
    public void commit(Manifest manifest) throws IOException {
        String aside = path(manifest.name(), UNFINISHED);
        String file = path(manifest.name(), Manifest.FILE);
        storage.delete(aside);
        try (Storage.Appender out = storage.create(aside)) {
            out.write(manifest.encode());
            out.force();
        }
        storage.forceFolder(FOLDER + "/" + manifest.name());
        storage.commit(aside, file);
        storage.forceFolder(FOLDER + "/" + manifest.name());
        storage.forceFolder(FOLDER);
        Found again = list().stream()
                .filter(found -> found.name().equals(manifest.name()))
                .findFirst()
                .orElseThrow(() -> new CheckpointRefusedException(
                        "ACQ-1116",
                        file,
                        -1,
                        "it was written and is not there: the storage loses what it was given",
                        null));
        if (again.damage().isPresent()) {
            throw again.damage().get();
        }
        for (Part part : manifest.parts().toList()) {
            if (part.file().startsWith(manifest.name() + "/")) {
                part.verify(storage, FOLDER);
            }
        }
    }

    /** Takes away what an attempt to write a checkpoint has left; what stays behind now goes with a later {@link #prune}. */
    public void discard(String name) {
        try {
            delete(name);
        } catch (IOException e) {
            LOG.warn("what is left of checkpoint {} could not be deleted: {}", name, e.toString());
        }
    }

    /**
     * Deletes what no checkpoint needs that is kept.
     *
     * @param keep how many at least
     * @return those that are kept, newest first
     */
    public List<Manifest> prune(int keep) throws IOException {
        List<Manifest> kept = new ArrayList<>();
        Set<String> bases = new HashSet<>();
        Set<String> needed = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Found found : list()) {
            Optional<Manifest> manifest = found.manifest();
            if (manifest.isPresent() && (kept.size() < keep || bases.size() < 2)) {
                kept.add(manifest.get());
                bases.add(manifest.get().base());
                names.add(found.name());
                manifest.get().parts().map(Part::file).forEach(needed::add);
            }
        }
        long oldest = kept.isEmpty()
                ? Long.MIN_VALUE
                : kept.get(kept.size() - 1).time().milliseconds();
        for (String folder : storage.folders(FOLDER)) {
            String name = folder.substring(folder.lastIndexOf('/') + 1);
            if (NAME.matcher(name).matches() && !names.contains(name)) {
                clear(name, needed, millis(name) < oldest);
            }
        }
        return kept;
    }

    /** The manifest goes first, for good: without it the rest is nothing. */
    private void clear(String name, Set<String> needed, boolean old) throws IOException {
        List<Storage.Entry> files = storage.list(FOLDER + "/" + name);
        boolean aside = files.stream().anyMatch(file -> file.name().endsWith("/" + PUT_ASIDE));
        if (aside && !old) {
            return;
        }
        if (storage.delete(path(name, Manifest.FILE))) {
            storage.forceFolder(FOLDER + "/" + name);
        }
        boolean empty = true;
        for (Storage.Entry file : files) {
            if (needed.contains(file.name().substring(FOLDER.length() + 1))) {
                empty = false;
            } else {
                storage.delete(file.name());
            }
        }
        if (empty) {
            storage.delete(FOLDER + "/" + name);
        }
    }

    private void delete(String name) throws IOException {
        for (Storage.Entry file : storage.list(FOLDER + "/" + name)) {
            storage.delete(file.name());
        }
        storage.delete(FOLDER + "/" + name);
    }

    private static String path(String name, String file) {
        return FOLDER + "/" + name + "/" + file;
    }
}
