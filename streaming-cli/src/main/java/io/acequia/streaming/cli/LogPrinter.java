/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.ingest.LoggedRecords;
import io.acequia.streaming.internal.ingest.LoggedRecords.Block;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.RefusedRecordsException;
import io.acequia.streaming.receiver.Position;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Prints records of one log. For one thread. */
final class LogPrinter {
    private static final int FIRST_RECORDS = 3;

    private final Logs logs;
    private final String folder;
    private final PrintWriter out;
    private final BlockCodec codec = new BlockCodec(new RecordSerializer(Set.of()));
    private long next;
    private int left;

    LogPrinter(Logs logs, String folder, PrintWriter out) {
        this.logs = logs;
        this.folder = folder;
        this.out = out;
    }

    /** The rest of the log is not wanted. */
    private static final class Enough extends IOException {}

    /**
     * Prints at most {@code limit} records, from a number on.
     *
     * @throws io.acequia.streaming.internal.log.LogDamagedException when damage comes before the last of them
     */
    void print(long from, int limit) throws IOException {
        next = from;
        left = limit;
        out.println(Printable.line(logs.title(folder)) + ":");
        try {
            LogInspection.read(logs.storage(), folder, this::print);
        } catch (Enough e) {
            out.println("  (there may be more: --from " + next + ")");
        }
    }

    private void print(byte type, Address address, ByteBuffer payload) throws IOException {
        if (address.seq() < next) {
            return;
        }
        if (left == 0) {
            throw new Enough();
        }
        left--;
        next = address.seq() + 1;
        out.println("  " + address.seq() + "  " + kind(type, payload) + "  " + address.length() + " bytes");
        if (logs.isJournal(folder)) {
            printFields(type, payload);
        } else {
            printBlock(type, payload);
        }
    }

    private String kind(byte type, ByteBuffer payload) {
        return logs.isJournal(folder) ? Journal.nameOf(type) : LoggedRecords.describe(type, payload);
    }

    private void printFields(byte type, ByteBuffer payload) {
        try {
            Journal.describe(type, payload).forEach(line -> out.println("      " + Printable.line(line)));
        } catch (CheckpointRefusedException e) {
            out.println("      not shown: " + Printable.line(String.valueOf(e.getMessage())));
        }
    }

    private void printBlock(byte type, ByteBuffer payload) {
        Optional<Block> block;
        try {
            block = LoggedRecords.block(type, payload);
        } catch (IOException e) {
            out.println("      not shown: " + Printable.line(String.valueOf(e.getMessage())));
            return;
        }
        block.ifPresent(this::print);
    }

    private void print(Block block) {
        String positions = block.positions().isEmpty()
                ? ""
                : ", " + block.positions().stream().map(LogPrinter::text).collect(Collectors.joining(", "));
        String rejected = block.rejected() == 0 ? "" : ", " + block.rejected() + " more could not be decoded";
        out.println("      " + Printable.line(Printable.count(block.count(), "record") + positions + rejected));
        try {
            Iterator<Object> records = block.records(codec);
            int shown = 0;
            for (; shown < FIRST_RECORDS && records.hasNext(); shown++) {
                out.println("      | " + Printable.line(text(records.next())));
            }
            if (shown < block.count()) {
                out.println("      | … " + (block.count() - shown) + " more");
            }
        } catch (RefusedRecordsException e) {
            out.println("      not shown: " + Printable.line(String.valueOf(e.getMessage())));
        }
    }

    private static String text(Position at) {
        return at.shard() + " " + at.from() + ".." + at.until();
    }

    private static String text(Object record) {
        return record instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(record);
    }
}
