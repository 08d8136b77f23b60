/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * What the lanes of a topic of keys have committed. The topic is compacted and has one partition, so its records are in one order;
 * it is read once in a process, and then on from there when a lane is opened.
 *
 * <p><b>When it is true.</b> A lane asks after its transactional id was taken over, so none of its own transactions is open. But
 * those of others may be, and a reader of committed records sees nothing behind the first of them. So reading goes on until it has
 * passed what the topic had when it began. Keys are the last records of their transactions, so others keep one waiting for a
 * moment only; a process that died in that moment does so until its transaction times out or its lane is taken over.
 */
final class CommittedKeys {
    private static final Map<Place, CommittedKeys> ALL = new ConcurrentHashMap<>();
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final Place place;
    private final TopicPartition partition;
    private final Map<String, CommittedTimes> times = new HashMap<>();
    private boolean checked;
    private long position;

    private record Place(Connection connection, String topic) {}

    private CommittedKeys(Place place) {
        this.place = place;
        this.partition = new TopicPartition(place.topic(), 0);
    }

    /**
     * What a lane has committed by now.
     *
     * @param patience how long transactions of others are waited for
     */
    static CommittedTimes of(Lane lane, Duration patience) throws InterruptedException {
        Place place = new Place(lane.target().connection(), lane.target().keysTopic());
        return ALL.computeIfAbsent(place, CommittedKeys::new).read(lane, patience);
    }

    private synchronized CommittedTimes read(Lane lane, Duration patience) throws InterruptedException {
        long until = end();
        if (position > until) {
            startAgain();
        }
        if (position < until) {
            try (KafkaConsumer<String, String> consumer = place.connection().reader()) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, position);
                readUntil(until, consumer, patience);
            } catch (InterruptException e) {
                Thread.interrupted();
                throw new InterruptedException("while reading the keys of " + lane);
            }
        }
        return times.getOrDefault(lane.id(), CommittedTimes.NONE);
    }

    private long end() throws InterruptedException {
        try (KeysTopic topic = new KeysTopic(place.connection(), place.topic(), ANSWER)) {
            if (!checked) {
                topic.mustBeCompacted();
                checked = true;
            }
            return topic.end();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StreamingException(
                    "ACQ-2522",
                    place.connection() + " did not tell about the topic of keys '" + place.topic() + "': "
                            + cause.getMessage(),
                    cause);
        }
    }

    private void readUntil(long until, KafkaConsumer<String, String> consumer, Duration patience) {
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + patience.toNanos();
        while (position < until) {
            try {
                for (ConsumerRecord<String, String> each : consumer.poll(POLL).records(partition)) {
                    times.put(each.key(), CommittedTimes.parse(each.value()));
                }
                position = consumer.position(partition);
            } catch (OffsetOutOfRangeException e) {
                startAgain();
                consumer.seekToBeginning(List.of(partition));
            }
            if (position < until && clock.nanoTime() > deadline) {
                throw new StreamingException(
                        "ACQ-2524",
                        "the topic of keys '" + place.topic() + "' could be read up to offset " + position + " of "
                                + until
                                + " only, in " + patience.toSeconds()
                                + " s: a transaction of another process is open there, or the partition has no leader",
                        null);
            }
        }
    }

    /** The topic was made anew: what was read of the old one is not true any more. */
    private void startAgain() {
        times.clear();
        position = 0;
    }
}
