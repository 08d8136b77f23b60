/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.testkit.Drawn.Building;
import io.acequia.streaming.testkit.StreamModel.Node;
import java.util.List;
import java.util.Set;

/** What a random program is made of. */
final class Drawn {
    private Drawn() {}

    /** The batches of an input. */
    record Input(int number, int pieces, List<List<Object>> batches) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("#" + number + " brings");
            for (int i = 0; i < batches.size(); i++) {
                if (!batches.get(i).isEmpty()) {
                    text.append(' ').append(i + 1).append(batches.get(i));
                }
            }
            return text.toString();
        }
    }

    interface Building {
        DStreamLike<?, ?, ?> on(StreamExecution execution);
    }

    /**
     * A stream.
     *
     * @param parents all streams it stands upon, also indirectly
     * @param pairs whether it is a stream of a key and a number
     * @param unique whether each key occurs once in a batch
     * @param state whether it is a state of its own
     * @param window whether it is a window
     * @param trap the call of its function at which that throws; 0 for never
     */
    record Step(
            Node node,
            String text,
            Set<Integer> parents,
            boolean pairs,
            boolean unique,
            boolean state,
            boolean window,
            int trap,
            Building building) {}

    /**
     * An output.
     *
     * @param failsAt the batch in which it fails once; 0 for never
     */
    record Sink(int stream, int slide, int failsAt) {
        @Override
        public String toString() {
            return "output of #" + stream + (failsAt == 0 ? "" : ", fails once in batch " + failsAt);
        }
    }

    record Extent(int length, int slide) {
        @Override
        public String toString() {
            return length + ", " + slide;
        }
    }
}
