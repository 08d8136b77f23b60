/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A worker of the consumer library, which takes leases of shards and reads those.
 *
 * <p>It shares out leases by their number, as the library's second version did, which needs the lease table alone. Its third way, by
 * load, needs an index and a leader that is missed for two minutes after it died, and leaves threads behind.
 */
final class LeasedWorker {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedWorker.class);
    /** How often the library looks whether a shard is to be started or ended. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /** The library rests so long after it has looked for shards, before it reads any: a minute, if it is not told otherwise. */
    private static final Duration AFTER_SYNC = Duration.ofSeconds(1);

    private static final Duration PARENT_LOOK = Duration.ofSeconds(1);
    /** What the library itself waits for some of its threads. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Workers.Worker name;
    private final Scheduler scheduler;
    private final ExecutorService syncs;
    private final Thread thread;
    private final Duration closeTimeout;
    private volatile boolean closing;

    private LeasedWorker(
            KinesisSource.Settings settings,
            Clients clients,
            ShardRecordProcessorFactory feeds,
            Failures failures,
            Workers.Worker name) {
        this.name = name;
        this.closeTimeout = settings.requestTimeout().multipliedBy(2).plus(PATIENCE);
        this.syncs = Executors.newCachedThreadPool(task -> thread("kinesis-sync-" + name.name(), task));
        ConfigsBuilder all = new ConfigsBuilder(
                new SingleStreamTracker(settings.stream(), settings.initialPosition()),
                settings.applicationName(),
                clients.kinesis,
                clients.leaseTable,
                clients.metrics,
                name.name(),
                feeds);
        this.scheduler = new Scheduler(
                all.checkpointConfig(),
                coordination(all.coordinatorConfig(), failures),
                leases(all.leaseManagementConfig(), settings),
                all.lifecycleConfig(),
                metrics(all.metricsConfig(), settings.metricsLevel()),
                all.processorConfig(),
                all.retrievalConfig()
                        .retrievalSpecificConfig(new PollingConfig(settings.stream(), clients.kinesis)
                                .maxRecords(settings.fetchSize())
                                .idleTimeBetweenReadsInMillis(
                                        settings.pollInterval().toMillis())
                                .kinesisRequestTimeout(settings.requestTimeout().multipliedBy(4))));
        this.thread = thread("kinesis-" + name.name(), () -> run(failures));
    }

    static LeasedWorker start(
            KinesisSource.Settings settings, Clients clients, ShardRecordProcessorFactory feeds, Failures failures) {
        Workers.Worker name = Workers.take(settings.workers());
        boolean made = false;
        try {
            LeasedWorker worker = new LeasedWorker(settings, clients, feeds, failures, name);
            worker.thread.start();
            made = true;
            return worker;
        } finally {
            if (!made) {
                name.giveBack();
            }
        }
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static CoordinatorConfig coordination(CoordinatorConfig config, Failures failures) {
        return config.clientVersionConfig(ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X_PHASE1)
                .maxInitializationAttempts(1)
                .schedulerInitializationBackoffTimeMillis(1)
                .shardConsumerDispatchPollIntervalMillis(LOOK.toMillis())
                .parentShardPollIntervalMillis(PARENT_LOOK.toMillis())
                .workerStateChangeListener(new WorkerStateChangeListener() {
                    @Override
                    public void onWorkerStateChange(WorkerState newState) {
                        // It is what comes of it that counts.
                    }

                    @Override
                    public void onAllInitializationAttemptsFailed(Throwable cause) {
                        failures.ended("it could not start", cause);
                    }
                });
    }

    private LeaseManagementConfig leases(LeaseManagementConfig config, KinesisSource.Settings settings) {
        config.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true);
        return config.failoverTimeMillis(settings.failover().toMillis())
                .initialPositionInStream(settings.initialPosition())
                .shardSyncIntervalMillis(AFTER_SYNC.toMillis())
                .dynamoDbRequestTimeout(settings.requestTimeout().multipliedBy(2))
                .executorService(syncs);
    }

    private static MetricsConfig metrics(MetricsConfig config, MetricsLevel level) {
        return level == MetricsLevel.NONE
                ? config.metricsFactory(new NullMetricsFactory())
                : config.metricsLevel(level);
    }

    private void run(Failures failures) {
        scheduler.run();
        if (!closing) {
            failures.ended("its worker stopped", new IllegalStateException("the library says why in its log"));
        }
    }

    /**
     * Ends it. Blocks until its threads have ended; when an outage holds them for longer than calls may take, they end later.
     *
     * @param release whether the lease table can be told that others may take the leases at once
     */
    void close(boolean release) {
        closing = true;
        Collection<Lease> held = release ? scheduler.leaseCoordinator().getAssignments() : List.of();
        Thread stop = thread("kinesis-stop-" + name.name(), scheduler::shutdown);
        stop.start();
        try {
            if (hasEnded(stop) && hasEnded(thread)) {
                release(held);
                name.giveBack();
            } else {
                LOG.warn("Worker {} does not end within {}, and is left to end later", name.name(), closeTimeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            syncs.shutdownNow();
        }
    }

    private boolean hasEnded(Thread one) throws InterruptedException {
        TimeUnit.MILLISECONDS.timedJoin(one, closeTimeout.toMillis());
        if (one.isAlive()) {
            one.interrupt();
            TimeUnit.MILLISECONDS.timedJoin(one, LOOK.toMillis());
        }
        return !one.isAlive();
    }

    private void release(Collection<Lease> held) throws InterruptedException {
        try {
            for (Lease each : held) {
                scheduler.leaseCoordinator().leaseRefresher().evictLease(each);
            }
        } catch (Exception e) {
            LOG.debug("Worker {} keeps its leases until they expire", name.name(), e);
        }
    }
}
