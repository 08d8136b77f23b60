/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.store.Vocabulary;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the parts of a checkpoint, lazily.
 *
 * @param uri of the checkpoint directory
 * @param vocabulary what records may consist of
 */
public record Restore(Engine engine, String uri, Vocabulary vocabulary) {
    /** What became of each key, oldest first: whoever puts the changes of a key one after the other in place has its state. */
    public <K, S> Dataset<Tuple2<K, StateChange<K, S>>> state(Owner owner) {
        List<List<Split<Tuple2<K, StateChange<K, S>>>>> groups = new ArrayList<>();
        for (Piece piece : owner.pieces()) {
            for (Part part : piece.parts()) {
                groups.add(List.of(split(owner, part, 0, new PartSplit.Changes<K, S>())));
            }
        }
        return engine.fromSplits(groups);
    }

    /** The records of a batch in the partitions and the order in which they were written. */
    public <T> Dataset<T> batch(Owner owner, Piece piece, Time time) {
        List<List<Split<T>>> groups = new ArrayList<>();
        for (Part part : piece.parts()) {
            groups.add(List.of(split(owner, part, piece.times().indexOf(time), new PartSplit.Plainly<T>())));
        }
        return engine.fromSplits(groups);
    }

    private <T> Split<T> split(Owner owner, Part part, int section, PartSplit.Decoding<T> decoding) {
        String whose = "'" + owner.uid() + "' (" + owner.operation() + ")";
        return new PartSplit<>(uri, Checkpoints.FOLDER, whose, part, section, vocabulary, decoding);
    }
}
