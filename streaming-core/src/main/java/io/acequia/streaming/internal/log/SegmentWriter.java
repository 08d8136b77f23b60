/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes one segment. After any failure it is only good for {@link #abandon}. For one thread at a time. */
final class SegmentWriter {
    /** Records up to this are handed over in one piece. */
    private static final int SMALL = 1 << 16;

    private final Storage.Appender appender;
    private final SegmentName name;
    private final long firstSeq;
    private final int seed;
    private final ByteBuffer header;
    private final RecordFormat.Chain chain;

    /** Makes the file, and writes nothing yet. */
    SegmentWriter(Storage storage, String folder, SegmentHeader header, int attempt) throws IOException {
        this.name = new SegmentName(header.number(), attempt);
        this.firstSeq = header.firstSeq();
        this.header = header.encode(attempt);
        this.seed = SegmentHeader.seed(this.header);
        this.chain = new RecordFormat.Chain(seed, firstSeq);
        this.appender = storage.create(folder + "/" + name.file());
    }

    String file() {
        return name.file();
    }

    long firstSeq() {
        return firstSeq;
    }

    long lastSeq() {
        return chain.nextSeq() - 1;
    }

    long length() {
        return appender.length();
    }

    int seed() {
        return seed;
    }

    void begin(ByteBuffer preamble) throws IOException {
        appender.write(header);
        append(RecordFormat.PREAMBLE, preamble.remaining(), preamble);
    }

    Address append(byte type, int length, ByteBuffer... payload) throws IOException {
        Address address = new Address(file(), appender.length(), length, chain.nextSeq());
        ByteBuffer head = RecordFormat.head(seed, type, address.seq(), length, payload);
        if (length <= SMALL) {
            ByteBuffer whole = ByteBuffer.allocate(RecordFormat.HEAD + length).put(head.duplicate());
            for (ByteBuffer part : payload) {
                whole.put(part.duplicate());
            }
            appender.write(whole.flip());
        } else {
            appender.write(head.duplicate());
            for (ByteBuffer part : payload) {
                appender.write(part.duplicate());
            }
        }
        chain.add(head.getInt(4));
        return address;
    }

    void force() throws IOException {
        appender.force();
    }

    /** Writes the trailer; all is durable then. */
    void finish() throws IOException {
        appender.write(chain.trailer());
        appender.force();
        appender.close();
    }

    /** Leaves the file as it is. */
    void abandon() throws IOException {
        appender.close();
    }
}
