/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import software.amazon.kinesis.retrieval.kpl.Messages;

/** Records packed into one, as the Kinesis Producer Library does. */
final class Packed {
    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private Packed() {}

    static byte[] of(String partitionKey, List<String> texts) throws NoSuchAlgorithmException {
        Messages.AggregatedRecord.Builder all =
                Messages.AggregatedRecord.newBuilder().addPartitionKeyTable(partitionKey);
        for (String text : texts) {
            all.addRecords(Messages.Record.newBuilder().setPartitionKeyIndex(0).setData(ByteString.copyFromUtf8(text)));
        }
        byte[] body = all.build().toByteArray();
        byte[] digest = MessageDigest.getInstance("MD5").digest(body);
        return ByteBuffer.allocate(MAGIC.length + body.length + digest.length)
                .put(MAGIC)
                .put(body)
                .put(digest)
                .array();
    }
}
