/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.store.PageFiles;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One partition of keyed state: the newest version in a table, and for each version that is still readable what its step
 * changed. A step changes the table in place, so it costs as much as it changes and nothing for keys it does not touch.
 *
 * <p><b>Threads.</b> A step holds the lock from its first record to its last. A reader takes it for a page at a time: it
 * copies the page, puts back what versions after its own have changed, and lets go; so a long read, as of a snapshot, holds up
 * a batch by one page and sees its own version all the same.
 *
 * <p><b>What survives a failure.</b> When a step throws, what it has changed is put back at once, and the partition is as
 * before the batch; the step can be run again. A version is made once: who asks a second time finds it made.
 *
 * <p><b>Why not</b> immutable maps that share structure: a look-up costs several times as much, and a batch touches few keys
 * of many.
 */
final class StatePartition<K, S> {
    private static final long LOOK_MILLIS = 20;

    private final String uid;
    private final StatePages pages;
    private final StateTable<K, S> table;
    private final DueTimes dueTimes = new DueTimes();
    /** Fair: a reader that takes it for each page must not keep a step waiting for more than one. */
    private final ReentrantLock lock = new ReentrantLock(true);

    /** Of the readable versions but the oldest, which has no way back. Oldest first. */
    private final ArrayDeque<StateUndo> undos = new ArrayDeque<>();

    private @Nullable Time oldest;
    private volatile @Nullable Time newest;
    private @Nullable StateUndo current;
    /** What the newest step gave, until somebody else keeps it. */
    private @Nullable List<?> results;
    /** What went wrong when a failed step could not be taken back. */
    private @Nullable Throwable broken;

    /** Of each entry, the last step that saved it. */
    private int[] savedIn = {};

    private int steps;

    StatePartition(String uid, StateMemory memory, PageFiles files) {
        this.uid = uid;
        this.pages = new StatePages(memory, files);
        this.table = new StateTable<>(pages);
    }

    // ---- a step

    @SuppressWarnings("unchecked") // the step of a time has one type
    <V, R> List<R> step(Time time, StateOperator<K, V, S, R> operator, Iterator<Tuple2<K, V>> input, LocalTask task)
            throws Exception {
        lock(task);
        try {
            mustBeWhole();
            List<?> given = results;
            if (given != null && time.equals(newest)) {
                return (List<R>) given;
            }
            if (newest != null && time.compareTo(newest) <= 0) {
                throw new IllegalStateException("ACQ-0530 what the step of state '" + uid + "' for batch " + time
                        + " gave is gone, and the state stands at " + newest
                        + ": a step runs once; call remember(..) to read it longer");
            }
            StateUndo undo = new StateUndo(time);
            current = undo;
            steps++;
            List<R> gives = new ArrayList<>();
            try {
                operator.apply(task, time, input, new View(task), new Gathering<>(gives));
            } catch (Throwable t) {
                takeBack(undo, t);
                throw t;
            } finally {
                current = null;
            }
            if (newest == null) {
                oldest = time;
            } else {
                undos.add(undo);
            }
            newest = time;
            results = gives;
            return gives;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of what the newest step gave: it is kept elsewhere. */
    void settled() {
        lock.lock();
        try {
            results = null;
        } finally {
            lock.unlock();
        }
    }

    private void mustBeWhole() {
        Throwable why = broken;
        if (why != null) {
            throw new IllegalStateException(
                    "ACQ-0593 state '" + uid
                            + "' is broken: a step failed and what it had changed could not be put back;"
                            + " start again, from the checkpoint",
                    why);
        }
    }

    private void takeBack(StateUndo undo, Throwable cause) {
        pages.unbounded(true);
        try {
            rollBack(undo);
        } catch (Throwable t) {
            t.addSuppressed(cause);
            broken = t;
        } finally {
            pages.unbounded(false);
        }
    }

    private void lock(LocalTask task) throws InterruptedException {
        while (!lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            task.checkCancelled();
        }
    }

    /** What an entry holds, before the step at hand changes it for the first time. */
    private void save(int entry) {
        if (entry >= savedIn.length) {
            savedIn = Arrays.copyOf(savedIn, Math.max(entry + 1, 2 * savedIn.length));
        }
        if (savedIn[entry] == steps) {
            return;
        }
        StateUndo undo = Objects.requireNonNull(current, "a step is at hand");
        if (table.isLive(entry)) {
            undo.add(entry, table.key(entry), table.state(entry), dueTimes.of(entry));
        } else {
            undo.add(entry, null, null, DueTimes.NEVER);
        }
        savedIn[entry] = steps;
    }

    @SuppressWarnings("unchecked") // what was in the table
    private void rollBack(StateUndo undo) {
        for (int i = 0; i < undo.size(); i++) {
            if (table.isLive(undo.entry(i))) {
                table.remove(undo.entry(i));
            }
        }
        for (int i = 0; i < undo.size(); i++) {
            K key = (K) undo.key(i);
            S state = (S) undo.state(i);
            if (key != null && state != null) {
                table.insert(undo.entry(i), key, state);
            }
            dueTimes.set(undo.entry(i), undo.due(i));
        }
    }

    /** The partition as the operator sees it: one cell that moves. */
    private final class View implements StateView<K, S>, StateView.Cell<K, S> {
        private final LocalTask task;
        private int entry = -1;
        private @Nullable K key;

        View(LocalTask task) {
            this.task = task;
        }

        @Override
        public Cell<K, S> cell(K wanted) {
            key = wanted;
            entry = table.find(wanted);
            return this;
        }

        private Cell<K, S> at(int found) {
            entry = found;
            key = table.key(found);
            return this;
        }

        @Override
        public Iterator<Cell<K, S>> cells() {
            return new Watched<>(task, new Iterator<Cell<K, S>>() {
                private int next = table.nextLive(0);

                @Override
                public boolean hasNext() {
                    return next >= 0;
                }

                @Override
                public Cell<K, S> next() {
                    if (next < 0) {
                        throw new NoSuchElementException();
                    }
                    int now = next;
                    next = table.nextLive(now + 1);
                    return at(now);
                }
            });
        }

        @Override
        public Iterator<Cell<K, S>> due(Time now) {
            int[] taken = dueTimes.take(now.milliseconds());
            for (int each : taken) {
                save(each);
                dueTimes.set(each, DueTimes.NEVER);
            }
            return new Watched<>(task, new Iterator<Cell<K, S>>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < taken.length;
                }

                @Override
                public Cell<K, S> next() {
                    if (next == taken.length) {
                        throw new NoSuchElementException();
                    }
                    return at(taken[next++]);
                }
            });
        }

        @Override
        public K key() {
            return Objects.requireNonNull(key, "no cell yet");
        }

        @Override
        public @Nullable S state() {
            return entry < 0 ? null : table.state(entry);
        }

        @Override
        public void put(S state) {
            S kept = compact(Objects.requireNonNull(state, "state"));
            if (entry < 0) {
                entry = table.nextFree();
                save(entry);
                table.insert(entry, key(), kept);
            } else if (table.state(entry) != kept || mayHaveChanged(kept)) {
                save(entry);
                table.state(entry, kept);
            }
        }

        /** The same object again is a change when it is one that can be changed in place. */
        private boolean mayHaveChanged(S state) {
            return !(state instanceof String
                    || state instanceof Number
                            && state.getClass().getPackageName().equals("java.lang")
                    || state instanceof Utf8
                    || state instanceof Boolean
                    || state instanceof Enum<?>);
        }

        @SuppressWarnings("unchecked") // a copy of the same type
        private S compact(S state) {
            return state instanceof Utf8 text ? (S) text.compact() : state;
        }

        @Override
        public void remove() {
            if (entry >= 0) {
                save(entry);
                table.remove(entry);
                dueTimes.set(entry, DueTimes.NEVER);
                entry = -1;
            }
        }

        @Override
        public void dueAt(Time at) {
            if (entry < 0) {
                throw Refusals.notDue(key(), uid, at);
            }
            if (dueTimes.of(entry) != at.milliseconds()) {
                save(entry);
                dueTimes.set(entry, at.milliseconds());
            }
        }
    }

    // ---- versions that can be read

    /** Lets go of the way back to versions at {@code last} and before, but for the two newest. */
    void forget(Time last) {
        lock.lock();
        try {
            while (undos.size() > 1 && oldest != null && oldest.compareTo(last) <= 0) {
                oldest = undos.remove().time;
            }
        } finally {
            lock.unlock();
        }
    }

    private void mustBeReadable(Time time) {
        mustBeWhole();
        boolean readable =
                time.equals(newest) || time.equals(oldest) || undos.stream().anyMatch(undo -> undo.time.equals(time));
        if (!readable) {
            throw Refusals.noVersion(
                    uid,
                    time,
                    newest == null ? ", and none at all yet" : ": it has those from " + oldest + " to " + newest);
        }
    }

    /** Where in an undo the state of an entry at some version stands. */
    private record Old(StateUndo undo, int at) {
        @Nullable
        Object key() {
            return undo.key(at);
        }

        @Nullable
        Object state() {
            return undo.state(at);
        }

        long due() {
            return undo.due(at);
        }
    }

    /** What versions after {@code time} have changed, as it was at {@code time}. Under the lock. */
    private Map<Integer, Old> since(Time time) {
        Map<Integer, Old> old = new HashMap<>();
        noteSince(time, 0, old);
        return old;
    }

    /** Notes what versions after {@code time} have changed of the entries from {@code first} on. Under the lock. */
    private void noteSince(Time time, int first, Map<Integer, Old> old) {
        for (StateUndo undo : undos) {
            if (undo.time.compareTo(time) > 0) {
                note(undo, first, old);
            }
        }
        StateUndo now = current;
        if (now != null) {
            note(now, first, old);
        }
    }

    private static void note(StateUndo undo, int first, Map<Integer, Old> old) {
        for (int i = 0; i < undo.size(); i++) {
            if (undo.entry(i) >= first) {
                old.putIfAbsent(undo.entry(i), new Old(undo, i));
            }
        }
    }

    /** The keys and states of a version. Closed by nobody: it holds nothing. */
    Iterator<Tuple2<K, S>> read(Time time, LocalTask task) {
        return new Reading<>(time, task, (key, state, due) -> new Tuple2<>(key, state));
    }

    /** All of a version. */
    Iterator<StateChange<K, S>> whole(Time time, LocalTask task) {
        return new Reading<>(time, task, StatePartition::change);
    }

    private static <K, S> StateChange<K, S> change(K key, @Nullable S state, long due) {
        return new StateChange<>(key, state, due == DueTimes.NEVER ? null : new Time(due));
    }

    /** What is made of an entry. */
    @FunctionalInterface
    private interface Form<K, S, R> {
        R of(K key, S state, long due);
    }

    /** Reads one version a page at a time, while others may step. */
    private final class Reading<R> implements Iterator<R> {
        private final Time time;
        private final LocalTask task;
        private final Form<K, S, R> form;
        /** What later versions have changed of the pages that are still to be read, as it was. */
        private final Map<Integer, Old> changedSince = new HashMap<>();

        private Time notedUntil;
        private int seenSteps = -1;
        private int seenChanges;
        private int page = -1;
        private @Nullable Object[] cells = {};
        private final long[] due = new long[StatePages.ENTRIES];
        private int cell;
        private @Nullable R ready;

        Reading(Time time, LocalTask task, Form<K, S, R> form) {
            this.time = time;
            this.notedUntil = time;
            this.task = task;
            this.form = form;
            Arrays.fill(due, DueTimes.NEVER);
        }

        @Override
        @SuppressWarnings("unchecked") // what was put
        public boolean hasNext() {
            while (ready == null) {
                if (cell == cells.length) {
                    if (!nextPage()) {
                        return false;
                    }
                    continue;
                }
                K key = (K) cells[cell];
                S state = (S) cells[cell + 1];
                if (key != null && state != null) {
                    ready = form.of(key, state, due[cell / 2]);
                }
                cell += 2;
            }
            return true;
        }

        @Override
        public R next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            R record = Objects.requireNonNull(ready);
            ready = null;
            return record;
        }

        private boolean nextPage() {
            try {
                lock(task);
            } catch (InterruptedException e) {
                throw Roots.asIs(e);
            }
            try {
                mustBeReadable(time);
                int changes = current == null ? 0 : current.size();
                if (seenSteps != steps || seenChanges != changes) {
                    seenSteps = steps;
                    seenChanges = changes;
                    noteSince(notedUntil, (page + 1) * StatePages.ENTRIES, changedSince);
                    notedUntil = newest == null ? time : newest;
                }
                if (++page >= pages.count()) {
                    return false;
                }
                cells = pages.copyOf(page);
                cell = 0;
                if (!changedSince.isEmpty() && cells.length == 0) {
                    cells = new Object[2 * StatePages.ENTRIES];
                }
                int first = page * StatePages.ENTRIES;
                for (int i = 0; i < StatePages.ENTRIES && dueTimes.areUsed(); i++) {
                    due[i] = dueTimes.of(first + i);
                }
                for (int i = 0; i < StatePages.ENTRIES && !changedSince.isEmpty(); i++) {
                    Old old = changedSince.get(first + i);
                    if (old != null) {
                        cells[2 * i] = old.key();
                        cells[2 * i + 1] = old.state();
                        due[i] = old.due();
                    }
                }
                return true;
            } finally {
                lock.unlock();
            }
        }
    }

    /** What changed from one version to another: removals, then states. */
    @SuppressWarnings("unchecked") // what was put
    List<StateChange<K, S>> changes(Time from, Time until) {
        lock.lock();
        try {
            mustBeReadable(from);
            mustBeReadable(until);
            Map<Integer, Old> before = new HashMap<>();
            for (StateUndo undo : undos) {
                if (undo.time.compareTo(from) > 0 && undo.time.compareTo(until) <= 0) {
                    note(undo, 0, before);
                }
            }
            Map<Integer, Old> after = since(until);
            List<StateChange<K, S>> removed = new ArrayList<>();
            List<StateChange<K, S>> put = new ArrayList<>();
            before.forEach((entry, old) -> {
                Old then = after.get(entry);
                boolean live = then == null ? table.isLive(entry) : then.key() != null;
                K key = live ? (K) (then == null ? table.key(entry) : then.key()) : null;
                K oldKey = (K) old.key();
                if (oldKey != null && !oldKey.equals(key)) {
                    removed.add(new StateChange<>(oldKey, null, null));
                }
                if (key != null) {
                    S state = (S) (then == null ? table.state(entry) : then.state());
                    put.add(change(key, state, then == null ? dueTimes.of(entry) : then.due()));
                }
            });
            removed.addAll(put);
            return removed;
        } finally {
            lock.unlock();
        }
    }

    // ---- figures, for any thread

    @Nullable
    Time newest() {
        return newest;
    }

    int size() {
        return table.size();
    }

    StatePages pages() {
        return pages;
    }
}
