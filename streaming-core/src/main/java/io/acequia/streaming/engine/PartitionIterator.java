/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Turns a chain that is pushed into one that is pulled: advances the root until something comes out. Between two root
 * records the chain rests, so only what one root record gives is buffered. Exceptions of the chain come out as they are,
 * checked ones too. One thread.
 *
 * @param <T> records of the root
 * @param <R> what comes out of the chain
 */
public final class PartitionIterator<T, R> implements Iterator<R>, AutoCloseable {
    private enum Stage {
        NEW,
        OPEN,
        DONE
    }

    private final Iterator<T> root;
    private final Downstream<T> head;
    private final ArrayDeque<Object> ready = new ArrayDeque<>();
    private Stage stage = Stage.NEW;

    private static final Object NULL = new Object();

    /** Attaches {@code chain} to this iterator; nothing is read before the first {@code hasNext}. */
    public PartitionIterator(TaskContext task, Iterator<T> root, Operator<T, R> chain) throws Exception {
        this.root = root;
        this.head = chain.attach(task, new Collect());
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && stage != Stage.DONE) {
            try {
                advance();
            } catch (Throwable t) {
                close();
                throw Roots.asIs(t);
            }
        }
        return !ready.isEmpty();
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // records may be null
    public R next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Object record = ready.poll();
        return record == NULL ? null : (R) record;
    }

    /** Closes the chain, and the root where it can be closed; again has no effect. */
    @Override
    public void close() {
        if (stage == Stage.DONE) {
            return;
        }
        stage = Stage.DONE;
        try {
            head.close();
        } finally {
            Roots.close(root);
        }
    }

    private void advance() throws Exception {
        if (stage == Stage.NEW) {
            stage = Stage.OPEN;
            head.begin();
        }
        if (head.wantsMore() && root.hasNext()) {
            head.accept(root.next());
        } else {
            head.end();
            close();
        }
    }

    private final class Collect implements Downstream<R> {
        @Override
        public void begin() {}

        @Override
        public void accept(R record) {
            ready.add(record == null ? NULL : record);
        }

        @Override
        public void end() {}
    }
}
