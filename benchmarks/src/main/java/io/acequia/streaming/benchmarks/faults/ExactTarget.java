/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import java.util.List;

/**
 * Where a program that must be exact puts its lines, and how a rig reads them back: the seam at which a sink is tried. The program
 * asks for {@link #sink} in its own process, the rig for {@link #committed} in another one, and both make the target of the same
 * {@link #address}. A sink passes {@code output.commit.before} and {@code output.commit.after}; {@link PassingSink} does so for one
 * that does not know of them.
 */
interface ExactTarget extends AutoCloseable {
    /** The target at an address. */
    static ExactTarget of(String address) {
        String kind = address.substring(0, address.indexOf(':') + 1);
        String rest = address.substring(kind.length());
        return switch (kind) {
            case FolderTarget.KIND -> new FolderTarget(rest);
            case KafkaTarget.KIND -> KafkaTarget.of(rest);
            case PostgresTarget.KIND -> new PostgresTarget(address);
            default ->
                throw new IllegalArgumentException(
                        "ACQ-3161 there is no target '" + address + "': must be " + FolderTarget.KIND + "PATH, "
                                + KafkaTarget.KIND + "HOST:PORT/NAME or " + PostgresTarget.KIND + "…");
        };
    }

    String address();

    /** Makes what outputs of these names need to be there; asked of by the rig, once. */
    void prepare(List<String> outputs) throws Exception;

    /** The sink of an output. */
    BatchSink<String> sink(String output);

    /** All lines that an output has committed, in any order. */
    List<String> committed(String output) throws Exception;

    /** How many those are. */
    default long count(String output) throws Exception {
        return committed(output).size();
    }

    /** Partitions that came again with another content, where the target can tell. */
    default long changed() throws Exception {
        return 0;
    }

    @Override
    void close();
}
