/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static io.acequia.streaming.benchmarks.faults.NumberedLog.HEAD;
import static io.acequia.streaming.benchmarks.faults.NumberedLog.HEADER;

import io.acequia.streaming.testkit.SimulatedStorage;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Changes a record and makes every checksum agree, so that a reader sees what one would see that checks none. The seed of the
 * checksums need not be known: a CRC of two texts of one length differs by that of their difference, whatever stands before.
 */
final class Forgery {
    private static final int SUM = 4;
    /** The last two bits of the chain in a trailer are always set. */
    private static final int ALWAYS = 3;

    private Forgery() {}

    /** Flips a bit of the last byte of the n-th record of a finished segment, its preamble being number 0. */
    static void forge(SimulatedStorage disk, String name, int nth, int bit) {
        ByteBuffer bytes = ByteBuffer.wrap(disk.content(name));
        int at = HEADER;
        for (int i = 0; i < nth; i++) {
            at += HEAD + bytes.getInt(at);
        }
        int length = bytes.getInt(at);
        int last = at + HEAD + length - 1;
        bytes.put(last, (byte) (bytes.get(last) ^ 1 << bit));
        int inRecord = difference(HEAD + length, HEAD + length - 1, new byte[] {(byte) (1 << bit)});
        bytes.putInt(at + SUM, bytes.getInt(at + SUM) ^ inRecord);
        int trailer = bytes.limit() - Integer.BYTES;
        int records = (int) bytes.getLong(bytes.limit() - NumberedLog.TRAILER + 1);
        byte[] sum = ByteBuffer.allocate(Integer.BYTES).putInt(inRecord).array();
        int inChain = difference(Integer.BYTES * (1 + records), Integer.BYTES * (1 + nth), sum);
        bytes.putInt(trailer, (bytes.getInt(trailer) ^ inChain) | ALWAYS);
        disk.put(name, bytes.array());
    }

    private static int difference(int length, int at, byte[] changed) {
        byte[] text = new byte[length];
        int before = sum(text);
        System.arraycopy(changed, 0, text, at, changed.length);
        return before ^ sum(text);
    }

    private static int sum(byte[] text) {
        CRC32C sum = new CRC32C();
        sum.update(text);
        return (int) sum.getValue();
    }
}
