/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes topics of Kafka, of one replica. */
public final class NewTopics {
    private NewTopics() {}

    /**
     * Makes them, and returns when each partition has a broker that takes its records, which is a moment after the controller has made
     * it. Who writes before may not come through for two minutes: once the first of several requests is refused and the next one is
     * taken, the first is out of order for ever (KAFKA-14359, KAFKA-15591). The broker may not even have heard of the topic.
     */
    public static void create(Admin admin, List<String> names, int partitions)
            throws ExecutionException, InterruptedException {
        admin.createTopics(names.stream()
                        .map(name -> new NewTopic(name, partitions, (short) 1))
                        .toList())
                .all()
                .get();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String name : names) {
            for (int partition = 0; partition < partitions; partition++) {
                ends.put(new TopicPartition(name, partition), OffsetSpec.latest());
            }
        }
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
    }
}
