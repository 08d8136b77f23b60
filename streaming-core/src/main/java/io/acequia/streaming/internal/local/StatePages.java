/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.internal.memory.SizeEstimator;
import io.acequia.streaming.internal.store.PageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a state table, in pages. A page holds the key and the state of an entry side by side, so a look-up touches one
 * line. When the pages in memory take more than their share, those that were not touched since the hand of the clock came by
 * last go to disk; a page that did not change since it was read is only dropped. The page at hand and one more always stay.
 *
 * <p>What an entry takes is estimated from samples of what is put. One thread at a time, but for the figures.
 */
final class StatePages {
    /** Entries of a page. */
    static final int ENTRIES = 512;

    private static final int CELLS = 2 * ENTRIES;
    private static final int SAMPLED_EVERY = 256;
    /** What index, hash, stamp and the cells themselves take for an entry. */
    private static final int OVERHEAD_BYTES = 32;

    private static final int LEAST_RESIDENT = 2;

    private final StateMemory memory;
    private final PageFiles files;
    private final List<Page> pages = new ArrayList<>();
    private int hand;
    private int untilSample;
    private long entryBytes = OVERHEAD_BYTES;
    /** While something is put back that was there before: then nothing may fail. */
    private boolean unbounded;

    private volatile int resident;
    private volatile int spilled;
    private volatile long spilledBytes;

    /** Cells in memory, or a file that holds them, or both when they are the same. */
    private static final class Page {
        /** Null when they are in the file, and when no entry is in use. */
        @Nullable
        Object @Nullable [] cells;

        @Nullable
        Path file;

        long fileBytes;
        int used;
        boolean changed;
        boolean touched;
    }

    StatePages(StateMemory memory, PageFiles files) {
        this.memory = memory;
        this.files = files;
    }

    @Nullable
    Object key(int entry) {
        return cellsOf(pages.get(entry / ENTRIES))[entry % ENTRIES * 2];
    }

    @Nullable
    Object state(int entry) {
        return cellsOf(pages.get(entry / ENTRIES))[entry % ENTRIES * 2 + 1];
    }

    void set(int entry, @Nullable Object key, @Nullable Object state) {
        Page page = pages.get(entry / ENTRIES);
        @Nullable Object[] cells = cellsOf(page);
        page.used += (key == null ? 0 : 1) - (cells[entry % ENTRIES * 2] == null ? 0 : 1);
        cells[entry % ENTRIES * 2] = key;
        cells[entry % ENTRIES * 2 + 1] = state;
        page.changed = true;
        if (page.used == 0) {
            page.cells = null;
            resident--;
            drop(page);
        } else if (key != null && --untilSample <= 0) {
            sample(key, state);
        }
    }

    private void drop(Page page) {
        Path file = page.file;
        if (file != null) {
            spilledBytes -= page.fileBytes;
            files.delete(file);
            page.file = null;
        }
    }

    void setState(int entry, Object state) {
        Page page = pages.get(entry / ENTRIES);
        @Nullable Object[] cells = cellsOf(page);
        cells[entry % ENTRIES * 2 + 1] = state;
        page.changed = true;
        if (--untilSample <= 0) {
            sample(cells[entry % ENTRIES * 2], state);
        }
    }

    /** The cells of a page as they are now; keys stand at even places, and null is a free entry. */
    @Nullable
    Object[] copyOf(int number) {
        Page page = pages.get(number);
        return page.used == 0 ? new Object[0] : cellsOf(page).clone();
    }

    int count() {
        return pages.size();
    }

    private @Nullable Object[] cellsOf(Page page) {
        page.touched = true;
        @Nullable Object[] cells = page.cells;
        if (cells != null) {
            return cells;
        }
        return page.file == null ? fresh(page) : load(page, page.file);
    }

    /** Makes place for the entry, which is the next one or an older one. */
    void reach(int entry) {
        if (entry / ENTRIES == pages.size()) {
            pages.add(new Page());
        }
    }

    private void sample(@Nullable Object key, @Nullable Object state) {
        untilSample = SAMPLED_EVERY;
        long bytes = OVERHEAD_BYTES + SizeEstimator.bytesOf(Arrays.asList(key, state));
        entryBytes = entryBytes == OVERHEAD_BYTES ? bytes : entryBytes + (bytes - entryBytes) / 8;
    }

    // ---- pages that are on disk

    private @Nullable Object[] fresh(Page page) {
        @Nullable Object[] cells = new Object[CELLS];
        page.cells = cells;
        resident++;
        makeRoom(page);
        return cells;
    }

    private @Nullable Object[] load(Page page, Path file) {
        try {
            @Nullable Object[] cells = files.read(file, CELLS);
            page.cells = cells;
            page.changed = false;
            resident++;
            spilled--;
            makeRoom(page);
            return cells;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ACQ-0528 a page of keyed state cannot be read back from " + file + ": " + e
                            + "; the state of this run is lost, start again from the checkpoint",
                    e);
        }
    }

    /** Brings the pages in memory below the share; {@code needed} stays. */
    private void makeRoom(Page needed) {
        if (unbounded) {
            return;
        }
        long share = memory.share();
        int looked = 0;
        while (resident > LEAST_RESIDENT && bytes() > share && looked < 2 * pages.size()) {
            hand = hand + 1 >= pages.size() ? 0 : hand + 1;
            looked++;
            Page page = pages.get(hand);
            if (page != needed && page.cells != null) {
                if (page.touched) {
                    page.touched = false;
                } else {
                    spill(page, page.cells);
                }
            }
        }
    }

    private void spill(Page page, @Nullable Object[] cells) {
        try {
            if (page.changed) {
                Path file = files.write(cells);
                drop(page);
                page.file = file;
                page.fileBytes = PageFiles.bytesOf(file);
                spilledBytes += page.fileBytes;
            }
            page.cells = null;
            resident--;
            spilled++;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ACQ-0529 keyed state is larger than its memory and cannot go to disk: " + e
                            + "; give it more with streaming.state.memory, or room in streaming.storage.dir",
                    e);
        }
    }

    /** Whether pages stay in memory whatever their share. */
    void unbounded(boolean yes) {
        unbounded = yes;
    }

    /** Deletes the files. */
    void close() {
        for (Page page : pages) {
            if (page.file != null) {
                files.delete(page.file);
            }
        }
    }

    // ---- figures, for any thread

    long bytes() {
        return resident * entryBytes * ENTRIES;
    }

    int spilledPages() {
        return spilled;
    }

    long spilledBytes() {
        return spilledBytes;
    }
}
