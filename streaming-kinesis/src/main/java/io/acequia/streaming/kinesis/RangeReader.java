/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.receiver.Rejected;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * Reads a range by the plain protocol of Kinesis, without leases: the first record must be that of its beginning and the last that of
 * its end, or some are gone. A shard answers few questions a second, so that each waits for the poll interval behind the one before.
 */
final class RangeReader<T> implements SplitReader<T> {
    private final KinesisSource.Settings settings;
    private final Mapping<T> mapping;
    private final KinesisRange range;
    private final StreamClock clock;
    private final Failures failures;
    private final Clients clients;
    private final AggregatorUtil packed = new AggregatorUtil();
    private final BigInteger end;
    private List<Rejected> rejected = new ArrayList<>();
    private @Nullable String iterator;
    private @Nullable String last;
    private boolean ended;

    private RangeReader(KinesisSource.Settings settings, Mapping<T> mapping, KinesisRange range, StreamClock clock) {
        this.settings = settings;
        this.mapping = mapping;
        this.range = range;
        this.clock = clock;
        this.failures = new Failures(settings.name(), settings.stream(), () -> {});
        this.clients = new Clients(settings, failures);
        this.end = new BigInteger(range.toSequenceNumber());
    }

    static <T> RangeReader<T> open(
            KinesisSource.Settings settings, Mapping<T> mapping, KinesisRange range, StreamClock clock)
            throws Exception {
        RangeReader<T> reader = new RangeReader<>(settings, mapping, range, clock);
        try {
            reader.place();
        } catch (Exception | Error e) {
            reader.close();
            throw e;
        }
        return reader;
    }

    /** Asks for the place where to read on. */
    private void place() throws Exception {
        String behind = last;
        iterator = answer(clients.kinesis.getShardIterator(request -> request.streamName(settings.stream())
                        .shardId(range.shardId())
                        .shardIteratorType(
                                behind == null
                                        ? ShardIteratorType.AT_SEQUENCE_NUMBER
                                        : ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                        .startingSequenceNumber(behind == null ? range.fromSequenceNumber() : behind)))
                .shardIterator();
    }

    private <R> R answer(CompletableFuture<R> call) throws Exception {
        try {
            return call.get();
        } catch (ExecutionException e) {
            failures.check();
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public List<T> next() throws Exception {
        List<T> records = new ArrayList<>();
        while (!ended && records.isEmpty() && rejected.isEmpty()) {
            GetRecordsResponse read = ask();
            mapping.addAll(unpacked(inRange(read.records())), records, rejected);
            iterator = read.nextShardIterator();
            boolean nothingComes = read.records().isEmpty() && Long.valueOf(0).equals(read.millisBehindLatest());
            if (!ended && (iterator == null || nothingComes)) {
                throw gone("the shard ends before its last record");
            }
            if (!ended) {
                clock.awaitUntil(clock.now().plus(settings.pollInterval()));
            }
        }
        return records;
    }

    private GetRecordsResponse ask() throws Exception {
        try {
            return records();
        } catch (ExpiredIteratorException e) {
            place(); // whoever takes the records took its time
            return records();
        }
    }

    private GetRecordsResponse records() throws Exception {
        return answer(clients.kinesis.getRecords(
                request -> request.shardIterator(iterator).limit(settings.fetchSize())));
    }

    private List<KinesisClientRecord> inRange(List<Record> read) {
        List<KinesisClientRecord> taken = new ArrayList<>();
        for (Record each : read) {
            if (ended) {
                break;
            }
            if (last == null && !each.sequenceNumber().equals(range.fromSequenceNumber())) {
                throw gone("its first record is not there");
            }
            int beyond = new BigInteger(each.sequenceNumber()).compareTo(end);
            if (beyond > 0) {
                throw gone("its last record is not there");
            }
            taken.add(KinesisClientRecord.fromRecord(each));
            last = each.sequenceNumber();
            ended = beyond == 0;
        }
        return taken;
    }

    private List<KinesisRecord> unpacked(List<KinesisClientRecord> read) {
        return packed.deaggregate(read).stream()
                .map(each -> KinesisRecord.of(range.shardId(), each))
                .toList();
    }

    private IllegalStateException gone(String why) {
        return new IllegalStateException("ACQ-2650 " + settings.name() + " cannot read " + range + " of stream '"
                + settings.stream() + "': " + why
                + "; take numbers that its records have, and that are not older than the stream keeps them");
    }

    @Override
    public List<Rejected> takeRejected() {
        List<Rejected> taken = rejected;
        rejected = new ArrayList<>();
        return taken;
    }

    @Override
    public void close() {
        clients.close();
    }
}
