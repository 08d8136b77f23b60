/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A sink into the memory of this JVM that is right but for one fault. */
final class WrongSink implements BatchSink<String> {
    /** What it does wrong. */
    enum Fault {
        NONE,
        ALREADY_COMMITTED_IS_ALWAYS_FALSE,
        KNOWS_ITS_OWN_COMMITS_ALONE,
        A_KEY_COUNTS_WHEN_IT_IS_OPENED,
        AN_ABORTED_KEY_COUNTS,
        SHOWS_ROWS_BEFORE_THE_COMMIT,
        COMMITS_IN_TWO_PARTS,
        ABORT_LEAVES_ROWS,
        CLOSE_COMMITS,
        COMMITTING_AGAIN_APPENDS,
        THE_KEY_LACKS_THE_PARTITION,
        THE_KEY_LACKS_THE_TIME,
        THE_KEY_LACKS_THE_OUTPUT,
        CHECKS_AND_THEN_ACTS,
        A_LATE_COMMIT_APPENDS,
        A_LATE_ABORT_TAKES_ALL,
        A_CRASH_LEAVES_A_LOCK,
        REFUSES_EMPTY_PARTITIONS,
        KEEPS_WHAT_CAME_BEFORE_A_FAILED_WRITE,
        CANNOT_BE_COPIED,
        FORGETS_ITS_TARGET_IN_A_COPY,
        MIXES_UP_THE_ORDER
    }

    static final String UNWRITABLE = "unwritable";

    private static final Map<String, Target> TARGETS = new ConcurrentHashMap<>();
    private static final long MOMENT = 200;

    private final String target;
    private final Fault fault;
    private final transient Set<Output.Key> own = ConcurrentHashMap.newKeySet();
    private final Object cargo;

    WrongSink(String target, Fault fault) {
        this.target = target;
        this.fault = fault;
        this.cargo = fault == Fault.CANNOT_BE_COPIED ? new Object() : "";
    }

    /** Rows and keys, as a database has them. */
    private static final class Target {
        private final List<String> rows = new ArrayList<>();
        private final Set<Output.Key> committed = new HashSet<>();
        private final Set<Output.Key> locked = new HashSet<>();
        private int reads;
        private int commits;

        synchronized List<String> read() {
            reads++;
            notifyAll();
            return List.copyOf(rows);
        }

        synchronized void remove(List<String> written) {
            rows.removeAll(written);
        }

        /** Adds the rows unless the key is there; both at once. */
        synchronized void commit(Output.Key key, List<String> written) {
            if (committed.add(key)) {
                rows.addAll(written);
            }
        }

        synchronized void append(Output.Key key, List<String> written) {
            committed.add(key);
            rows.addAll(written);
        }

        synchronized boolean contains(Output.Key key) {
            return committed.contains(key);
        }

        synchronized void add(Output.Key key) {
            committed.add(key);
        }

        synchronized void lock(Output.Key key) throws IOException {
            if (!locked.add(key)) {
                throw new IOException(key + " is locked");
            }
        }

        synchronized void unlock(Output.Key key) {
            locked.remove(key);
        }

        /** Until somebody has read, or a moment has passed. */
        synchronized void awaitReader() throws InterruptedException {
            int before = reads;
            wait(MOMENT);
            if (reads == before) {
                wait(MOMENT);
            }
        }

        /** Until another commit has come as far, or a moment has passed. */
        synchronized void awaitCommit() throws InterruptedException {
            commits++;
            notifyAll();
            if (commits % 2 == 1) {
                wait(MOMENT);
            }
        }
    }

    private static Target target(String name) {
        return TARGETS.computeIfAbsent(name, each -> new Target());
    }

    static List<String> read(String target) {
        return target(target).read();
    }

    private Target target() {
        return fault == Fault.FORGETS_ITS_TARGET_IN_A_COPY && own == null ? new Target() : target(target);
    }

    /** How the sink knows a key. */
    private Output.Key known(Output.Key key) {
        return switch (fault) {
            case THE_KEY_LACKS_THE_PARTITION -> new Output.Key(key.time(), key.output(), 0);
            case THE_KEY_LACKS_THE_TIME -> new Output.Key(new Time(0), key.output(), key.partition());
            case THE_KEY_LACKS_THE_OUTPUT -> new Output.Key(key.time(), "", key.partition());
            default -> key;
        };
    }

    @Override
    public boolean alreadyCommitted(Output.Key key) {
        return switch (fault) {
            case ALREADY_COMMITTED_IS_ALWAYS_FALSE -> false;
            case KNOWS_ITS_OWN_COMMITS_ALONE -> own != null && own.contains(key);
            default -> target().contains(known(key));
        };
    }

    @Override
    public Writer<String> open(Output.Key key) throws IOException {
        Target rows = target();
        if (fault == Fault.A_CRASH_LEAVES_A_LOCK) {
            rows.lock(key);
        } else if (fault == Fault.A_KEY_COUNTS_WHEN_IT_IS_OPENED) {
            rows.add(key);
        }
        return new Rows(rows, known(key));
    }

    private final class Rows implements Writer<String> {
        private final Target target;
        private final Output.Key key;
        private final List<String> written = new ArrayList<>();
        private boolean committed;
        private boolean ended;

        Rows(Target target, Output.Key key) {
            this.target = target;
            this.key = key;
        }

        @Override
        public void write(String row) throws IOException {
            if (row.equals(UNWRITABLE)) {
                if (fault == Fault.KEEPS_WHAT_CAME_BEFORE_A_FAILED_WRITE) {
                    target.append(new Output.Key(new Time(0), "failed", 0), written);
                }
                throw new IOException(row);
            }
            written.add(row);
            if (fault == Fault.SHOWS_ROWS_BEFORE_THE_COMMIT) {
                target.append(new Output.Key(new Time(0), "shown", 0), List.of(row));
            }
        }

        @Override
        public void commit() throws IOException, InterruptedException {
            ended = true;
            if (fault == Fault.REFUSES_EMPTY_PARTITIONS && written.isEmpty()) {
                throw new IOException("nothing to commit");
            }
            if (fault == Fault.MIXES_UP_THE_ORDER) {
                Collections.reverse(written);
            }
            switch (fault) {
                case SHOWS_ROWS_BEFORE_THE_COMMIT -> target.add(key);
                case KNOWS_ITS_OWN_COMMITS_ALONE, ALREADY_COMMITTED_IS_ALWAYS_FALSE -> appendOnce();
                case COMMITTING_AGAIN_APPENDS -> {
                    if (committed) {
                        target.append(key, written);
                    } else {
                        target.commit(key, written);
                    }
                }
                case A_LATE_COMMIT_APPENDS -> appendOnce();
                case CHECKS_AND_THEN_ACTS -> {
                    boolean known = target.contains(key);
                    target.awaitCommit();
                    if (!known) {
                        target.append(key, written);
                    }
                }
                case COMMITS_IN_TWO_PARTS -> {
                    if (!target.contains(key)) {
                        int half = written.size() / 2;
                        target.append(key, written.subList(0, half));
                        target.awaitReader();
                        target.append(key, written.subList(half, written.size()));
                    }
                }
                default -> target.commit(key, written);
            }
            committed = true;
            if (own != null) {
                own.add(key);
            }
        }

        private void appendOnce() {
            if (!committed) {
                target.append(key, written);
            }
        }

        @Override
        public void abort() {
            ended = true;
            switch (fault) {
                case ABORT_LEAVES_ROWS -> target.append(new Output.Key(new Time(0), "aborted", 0), written);
                case A_LATE_ABORT_TAKES_ALL, SHOWS_ROWS_BEFORE_THE_COMMIT -> target.remove(written);
                case AN_ABORTED_KEY_COUNTS -> target.add(key);
                default -> written.clear();
            }
        }

        @Override
        public void close() {
            if (fault == Fault.CLOSE_COMMITS && !ended) {
                target.commit(key, written);
            }
            target.unlock(key);
        }
    }
}
