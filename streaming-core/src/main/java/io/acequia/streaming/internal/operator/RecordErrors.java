/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One operator's record errors in one task. Letters are committed at the end of the task's input, so they are out before the
 * batch counts as done; a task that fails takes its letters back.
 */
public final class RecordErrors {
    /** Ends the output of a job that may see only the first records of its partitions; its letters have a key of their own. */
    public static final String PARTIAL = ".first";

    private final Site site;
    private final ErrorPolicy policy;
    private final TaskContext task;
    private BatchSink.@Nullable Writer<DeadLetter> letters;
    private long count;

    private RecordErrors(Site site, ErrorPolicy policy, TaskContext task) {
        this.site = site;
        this.policy = policy;
        this.task = task;
    }

    static RecordErrors of(Site site, ErrorPolicy policy, TaskContext task) {
        return new RecordErrors(site, policy, task);
    }

    /** Whether a record may be left out, so that what its function gave must be held back until it is through. */
    boolean tolerant() {
        return site.tolerant();
    }

    /** Returns when the record is dealt with, throws when the task must fail. */
    void failed(@Nullable Object record, Throwable thrown) throws Exception {
        Exception failure = site.failure(task, thrown);
        if (!tolerant() || failure == thrown) {
            throw failure;
        }
        count++;
        if (policy instanceof ErrorPolicy.ToSink sink) {
            if (letters == null) {
                letters = sink.sink().open(key());
            }
            letters.write(letter(record, thrown));
        }
    }

    void end() throws Exception {
        if (letters != null) {
            letters.commit();
            letters.close();
            letters = null;
        }
        if (count > 0) {
            task.count(site.uid(), count);
        }
    }

    /** After {@link #end}, nothing is left to do; before it, the task has failed. */
    void close() {
        BatchSink.Writer<DeadLetter> open = letters;
        letters = null;
        if (open != null) {
            try (open) {
                open.abort();
            } catch (Exception e) {
                throw new IllegalStateException("ACQ-0701 dead letters of " + site + " could not be taken back", e);
            }
        }
    }

    private Output.Key key() {
        String uid = task.output().endsWith(PARTIAL) ? site.uid() + PARTIAL : site.uid();
        return new Output.Key(time(), uid, task.partition());
    }

    private Time time() {
        return task.batchTime().orElse(new Time(0));
    }

    private DeadLetter letter(@Nullable Object record, Throwable thrown) {
        String text = String.valueOf(record);
        byte[] raw = record instanceof byte[] bytes
                ? bytes
                : record instanceof Utf8 utf8 ? utf8.toBytes() : text.getBytes(StandardCharsets.UTF_8);
        return new DeadLetter(
                site.uid(), "partition " + task.partition() + ", error " + count, time(), raw, text, thrown.toString());
    }
}
