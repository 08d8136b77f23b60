/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.engine.StateChange;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.store.RecordSerializer;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The keys of a state in a checkpoint. What a checkpoint holds are changes, one piece upon the other, so a key is known when all of
 * them are read. Memory for all keys would be that of the job: a large state is read several times, a share of its keys each time.
 */
final class KeyedState {
    /** So many bytes of files make one pass: some ten times that in memory, at worst. */
    private static final long BYTES_OF_PASS = 32 << 20;

    private final CheckpointInspection checkpoints;
    private final Owner owner;
    private final RecordSerializer serializer;

    KeyedState(CheckpointInspection checkpoints, Owner owner, RecordSerializer serializer) {
        this.checkpoints = checkpoints;
        this.owner = owner;
        this.serializer = serializer;
    }

    /** How often it is better read. */
    int passes() {
        return (int) Math.min(1 << 16, 1 + owner.bytes() / BYTES_OF_PASS);
    }

    /**
     * The keys of one share, with their states.
     *
     * @param pass from 0
     * @param wanted which keys
     * @throws io.acequia.streaming.internal.store.RefusedRecordsException when a class is not here
     */
    Map<Object, StateChange<Object, Object>> share(int pass, int passes, Predicate<Object> wanted) throws IOException {
        Map<Object, StateChange<Object, Object>> keys = new LinkedHashMap<>();
        for (Piece piece : owner.pieces()) {
            for (Part part : piece.parts()) {
                checkpoints.verify(part, CheckpointInspection.sections(owner, piece));
                Iterator<StateChange<Object, Object>> changes = checkpoints.changes(part, serializer);
                while (changes.hasNext()) {
                    StateChange<Object, Object> change = changes.next();
                    if (Math.floorMod(change.key().hashCode() * 0x9E3779B9, passes) == pass
                            && wanted.test(change.key())) {
                        if (change.state() == null) {
                            keys.remove(change.key());
                        } else {
                            keys.put(change.key(), change);
                        }
                    }
                }
            }
        }
        return keys;
    }

    /** How many keys there are. */
    long count() throws IOException {
        long count = 0;
        for (int pass = 0; pass < passes(); pass++) {
            count += share(pass, passes(), key -> true).size();
        }
        return count;
    }
}
