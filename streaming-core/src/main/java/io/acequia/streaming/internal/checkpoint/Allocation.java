/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one source brings into one batch, in a form from which another process brings the same again.
 *
 * @param source its uid
 * @param position where the source stands after the batch, in a form of its own
 * @param records how many, as far as known when the batch was planned
 * @param groups the partitions, and in each the pieces in their order: ranges of a direct source, numbers of logged blocks
 */
public record Allocation(String source, String position, long records, List<List<String>> groups) {
    public Allocation {
        groups = groups.stream().map(List::copyOf).toList();
    }

    /** For people: pieces of a partition with commas between, partitions with bars. */
    String describe() {
        return source + ": " + records + " records, until " + position + ", pieces "
                + groups.stream().map(group -> String.join(", ", group)).collect(Collectors.joining(" | "));
    }

    static void write(FieldWriter out, Allocation allocation) {
        out.text(allocation.source)
                .text(allocation.position)
                .number(allocation.records)
                .list(allocation.groups, (each, group) -> each.list(group, FieldWriter::text));
    }

    static Allocation read(FieldReader in) throws CheckpointRefusedException {
        return new Allocation(in.text(), in.text(), in.big(), in.list(group -> group.list(FieldReader::text)));
    }
}
