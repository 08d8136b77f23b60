/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a stream: a worker of the consumer library, whose callbacks stand behind a {@link Handoff}.
 *
 * <p><b>Threads.</b> The library has its own: one that takes leases and starts shards, and some for each shard. They end with
 * {@link #close()}, which waits for them; one that an outage holds longer ends by itself later. Positions are written by the
 * receiver's thread, at most one in each read.
 *
 * <p><b>Given back.</b> The records are read again from memory, at once; until they are safe no position passes them.
 *
 * <p><b>Failures</b> of the library's calls are noticed by {@link Failures}, wherever they happen, and end the read under way.
 */
final class KinesisReceiver<T> implements ReliableReceiver<T> {
    private static final int CAPACITY = 10_000;

    private final KinesisSource.Settings settings;
    private final Mapping<T> mapping;
    private final StreamClock clock;
    private final Handoff<KinesisRecord> fresh;
    private final Handoff<KinesisRecord> again = new Handoff<>(Integer.MAX_VALUE);
    private final Failures failures;
    private final Set<ShardFeed> feeds = ConcurrentHashMap.newKeySet();
    private final Deque<ShardFeed> withNews = new ArrayDeque<>();
    private @Nullable Clients clients;
    private @Nullable LeasedWorker worker;

    KinesisReceiver(KinesisSource.Settings settings, Mapping<T> mapping, StreamClock clock) {
        this.settings = settings;
        this.mapping = mapping;
        this.clock = clock;
        this.fresh = new Handoff<>(CAPACITY);
        this.failures = new Failures(settings.name(), settings.stream(), fresh::wakeUp);
    }

    @Override
    public void connect() throws Exception {
        Clients made = new Clients(settings, failures);
        clients = made;
        made.check(settings.stream());
        worker = LeasedWorker.start(settings, made, this::newFeed, failures);
    }

    private ShardFeed newFeed() {
        feeds.removeIf(ShardFeed::hasEnded);
        ShardFeed feed = new ShardFeed(fresh, again, failures, withNews::add);
        feeds.add(feed);
        return feed;
    }

    @Override
    public Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
        failures.check();
        checkpointOne();
        Delivery<KinesisRecord> read = again.poll(maxRecords, Duration.ZERO);
        if (read == Delivery.<KinesisRecord>nothing()) {
            read = fresh.poll(maxRecords, maxWait);
        }
        failures.check();
        return read == Delivery.<KinesisRecord>nothing() ? Delivery.nothing() : decoded(read);
    }

    private void checkpointOne() {
        ShardFeed next = withNews.peek();
        long now = clock.nanoTime();
        if (next != null && next.isDue(now, settings.checkpointInterval().toNanos())) {
            withNews.remove();
            if (!next.checkpoint(now)) {
                withNews.add(next);
            }
        }
    }

    private Delivery<T> decoded(Delivery<KinesisRecord> read) throws InterruptedException {
        List<T> records = new ArrayList<>(read.records().size());
        List<Rejected> rejected = new ArrayList<>();
        mapping.addAll(read.records(), records, rejected);
        Delivery<T> delivery = Delivery.of(records, read.settlement());
        return rejected.isEmpty() ? delivery : delivery.rejecting(rejected);
    }

    @Override
    public void wakeUp() {
        fresh.wakeUp();
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            checkpointAll();
            feeds.forEach(ShardFeed::end);
            fresh.close();
            again.close();
            if (failures.any()) {
                closeClients(); // ends the calls that wait in vain
            }
            if (worker != null) {
                worker.close(!failures.any());
            }
        } finally {
            closeClients();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeClients() {
        if (clients != null) {
            clients.close();
            clients = null;
        }
    }

    private void checkpointAll() {
        ShardFeed next = withNews.poll();
        while (next != null && next.checkpoint(clock.nanoTime())) {
            next = withNews.poll();
        }
    }
}
