/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/**
 * A step that does what its input says to a key: words such as {@code "put 5 dueAt 30 see"}, done one after the other. Then
 * each key that is due is pushed and removed, but those that begin with {@code kept}.
 */
record Scripted(Trace trace) implements StateOperator<String, String, Long, String> {
    /** A line of the trace that ends failures. */
    static final String MENDED = "mended";

    @Override
    public void apply(
            TaskContext task,
            Time time,
            Iterator<Tuple2<String, String>> input,
            StateView<String, Long> state,
            Downstream<String> out)
            throws Exception {
        trace.add("step " + time.milliseconds() + " " + task.partition());
        boolean fails = false;
        while (input.hasNext()) {
            Tuple2<String, String> pair = input.next();
            fails |= obey(state, pair._1(), List.of(pair._2().split(" ")).iterator(), out);
        }
        Iterator<StateView.Cell<String, Long>> due = state.due(time);
        while (due.hasNext()) {
            StateView.Cell<String, Long> cell = due.next();
            out.accept("due " + cell.key() + "=" + cell.state());
            if (!cell.key().startsWith("kept")) {
                cell.remove();
            }
        }
        if (fails && !trace.lines().contains(MENDED)) {
            throw new IOException("told to fail");
        }
    }

    /** Whether the step is to fail in the end. */
    private boolean obey(StateView<String, Long> state, String key, Iterator<String> words, Downstream<String> out)
            throws Exception {
        StateView.Cell<String, Long> cell = state.cell(key);
        boolean fails = false;
        while (words.hasNext()) {
            switch (words.next()) {
                case "put" -> cell.put(Long.valueOf(words.next()));
                case "add" -> cell.put((cell.state() == null ? 0 : cell.state()) + Long.parseLong(words.next()));
                case "dueAt" -> cell.dueAt(new Time(Long.parseLong(words.next())));
                case "remove" -> cell.remove();
                case "see" -> out.accept(cell.key() + "=" + cell.state());
                case "fail" -> fails = true;
                case "await" -> {
                    trace.add("waits");
                    trace.await(words.next());
                }
                default -> throw new IllegalArgumentException("what to do with " + key + "?");
            }
        }
        return fails;
    }
}
