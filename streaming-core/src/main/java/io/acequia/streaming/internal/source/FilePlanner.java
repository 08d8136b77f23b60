/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which files a batch takes.
 *
 * <p><b>Which.</b> A file seen for the first time by the batch at {@code t} is taken when it was modified in
 * {@code (max(start, t - remember), t]}; at the very first batch, all up to {@code t} when old files are wanted too. When the
 * last listing that worked is longer ago than remember (the directory was gone, the program was down), the window reaches
 * back to remember before that listing, so that nothing falls into the gap.
 *
 * <p><b>Once.</b> The name of a file that was taken is kept while the file's last known modification is in the window, and
 * forgotten then: the file is too old to be taken by that time. So the names kept are those of one window. A file that is
 * written again more than remember after its last change counts as a new one.
 *
 * <p><b>Not too many.</b> What exceeds the limits of a batch is pending: it comes first next time and cannot age.
 *
 * <p><b>All or nothing.</b> A plan that fails changes nothing here, so the same batch can be asked for again.
 */
final class FilePlanner<T> implements SplitPlanner<T> {
    private static final Logger LOG = LoggerFactory.getLogger(FilePlanner.class);

    private final FileRules rules;
    private final FileListing listing;
    private final Place place;
    private final FileFormat<T> format;
    private final long rememberMs;

    private FilePosition at;

    FilePlanner(FileRules rules, FileListing listing, Place place, FileFormat<T> format, PlannerContext context) {
        this.rules = rules;
        this.listing = listing;
        this.place = place;
        this.format = format;
        this.rememberMs = rules.remember().toMillis();
        this.at = context.restored()
                .map(FilePosition::parse)
                .orElseGet(() -> FilePosition.beginning(context.start().milliseconds()));
    }

    @Override
    public Plan<T> plan(Time batch, long maxRecords) throws Exception {
        long now = batch.milliseconds();
        long after = windowStart(now);
        TreeSet<FoundFile> waiting = new TreeSet<>(FoundFile.OLDEST_FIRST);
        Map<String, Long> taken = new HashMap<>(at.taken());
        Set<String> pendingFound = new HashSet<>();
        listing.forEach(file -> {
            Long pendingSince = at.pending().get(file.path());
            if (pendingSince != null) {
                pendingFound.add(file.path());
                waiting.add(new FoundFile(file.path(), pendingSince, file.modifiedMs(), file.length()));
            } else if (taken.computeIfPresent(file.path(), (path, known) -> Math.max(known, file.modifiedMs())) == null
                    && file.modifiedMs() > after
                    && file.modifiedMs() <= now) {
                waiting.add(file);
            }
        });
        List<Split<T>> splits = take(waiting, taken);
        warnOfVanished(pendingFound);
        taken.values().removeIf(modifiedMs -> modifiedMs <= now - rememberMs);
        Map<String, Long> pending = new TreeMap<>();
        waiting.forEach(file -> pending.put(file.path(), file.turnMs()));
        at = new FilePosition(at.startMs(), now, taken, pending);
        return new Plan<>(splits, at.toString());
    }

    @Override
    public Split<T> split(String range) {
        int blank = range.indexOf(' ');
        try {
            return new FileSplit<>(place, range.substring(blank + 1), Long.parseLong(range, 0, blank, 10), format);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "ACQ-0680 '" + range + "' is no range of a file: it should be its length and its path", e);
        }
    }

    private long windowStart(long now) {
        if (at.isBeginning()) {
            return rules.newFilesOnly() ? Math.max(at.startMs(), now - rememberMs) : Long.MIN_VALUE;
        }
        long from = now - rememberMs <= at.plannedMs() ? now - rememberMs : at.plannedMs() - rememberMs;
        return Math.max(at.startMs(), from);
    }

    /** Moves what fits from {@code waiting} to {@code taken}. */
    private List<Split<T>> take(TreeSet<FoundFile> waiting, Map<String, Long> taken) {
        List<Split<T>> splits = new ArrayList<>();
        long bytesLeft = rules.maxBytes().bytes();
        while (!waiting.isEmpty() && splits.size() < rules.maxFiles()) {
            FoundFile oldest = waiting.first();
            if (!splits.isEmpty() && oldest.length() > bytesLeft) {
                break;
            }
            waiting.remove(oldest);
            bytesLeft -= oldest.length();
            taken.put(oldest.path(), oldest.modifiedMs());
            splits.add(new FileSplit<>(place, oldest.path(), oldest.length(), format));
        }
        return splits;
    }

    private void warnOfVanished(Set<String> found) {
        for (String path : at.pending().keySet()) {
            if (!found.contains(path)) {
                LOG.warn("{} vanished while it waited for a batch to take it", path);
            }
        }
    }
}
