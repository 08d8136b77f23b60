/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/** Counts clients and their requests, as a reporter of Kafka's metrics: the property {@code metric.reporters} names it. */
public final class CountedClients implements MetricsReporter {
    private static final Set<CountedClients> OPEN = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger MADE = new AtomicInteger();

    private final Map<MetricName, KafkaMetric> metrics = new ConcurrentHashMap<>();

    /** Begins to count anew. */
    static void reset() {
        MADE.set(0);
    }

    /** Clients that are open now. */
    static int open() {
        return OPEN.size();
    }

    /** All that were made. */
    static int made() {
        return MADE.get();
    }

    /** Requests that clients of a kind have sent, as {@code admin-client}; by open clients only. */
    static long requests(String kind) {
        double sum = 0;
        for (CountedClients each : OPEN) {
            for (Map.Entry<MetricName, KafkaMetric> metric : new HashMap<>(each.metrics).entrySet()) {
                if (metric.getKey().name().equals("request-total")
                        && metric.getKey().group().equals(kind + "-metrics")) {
                    sum += ((Number) metric.getValue().metricValue()).doubleValue();
                }
            }
        }
        return Math.round(sum);
    }

    @Override
    public void configure(Map<String, ?> configs) {
        MADE.incrementAndGet();
        OPEN.add(this);
    }

    @Override
    public void init(List<KafkaMetric> present) {
        present.forEach(this::metricChange);
    }

    @Override
    public void metricChange(KafkaMetric metric) {
        metrics.put(metric.metricName(), metric);
    }

    @Override
    public void metricRemoval(KafkaMetric metric) {
        metrics.remove(metric.metricName());
    }

    @Override
    public void close() {
        OPEN.remove(this);
    }
}
