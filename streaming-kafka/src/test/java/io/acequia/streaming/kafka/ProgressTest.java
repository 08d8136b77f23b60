/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.kafka.Progress.Span;
import io.acequia.streaming.receiver.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final int EPOCH = 3;

    private final Progress progress = new Progress("t/0#m", "mark", 100);

    private Span deliver(long from, long until) {
        progress.read(until);
        return progress.delivered(
                from,
                new ConsumerRecord<>(
                        "t",
                        0,
                        until - 1,
                        0,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        "k",
                        "v",
                        new RecordHeaders(),
                        Optional.of(EPOCH)));
    }

    private Optional<Long> toCommit() {
        return progress.toCommit(false).map(OffsetAndMetadata::offset);
    }

    @Test
    void whereItBeginsIsCommittedAlready() {
        assertThat(toCommit()).isEmpty();
    }

    @Test
    void onlyWhatIsAcknowledgedIsCommitted() {
        Span first = deliver(100, 110);
        Span second = deliver(110, 120);

        assertThat(toCommit()).isEmpty();
        first.ack();
        assertThat(progress.toCommit(false)).contains(new OffsetAndMetadata(110, Optional.of(EPOCH), "mark"));
        progress.committed(110);
        assertThat(toCommit()).isEmpty();
        second.ack();
        assertThat(toCommit()).contains(120L);
    }

    @Test
    void whatIsAcknowledgedBeforeAnOlderOneWaitsForIt() {
        Span first = deliver(100, 110);
        Span second = deliver(110, 120);

        second.ack();
        assertThat(toCommit()).isEmpty();
        first.ack();
        assertThat(toCommit()).contains(120L);
    }

    @Test
    void offsetsWithoutRecordsAreSafeWithWhatStandsBeforeThem() {
        Span first = deliver(100, 110);
        progress.read(113);

        assertThat(toCommit()).isEmpty();
        first.ack();
        assertThat(toCommit()).contains(113L);
    }

    @Test
    void recordsThatWaitAreNotCommitted() {
        Span first = deliver(100, 110);
        progress.read(150);
        first.ack();

        assertThat(progress.toCommit(true).map(OffsetAndMetadata::offset)).contains(110L);
    }

    @Test
    void whatIsGivenBackComesAgainWithAllBehindIt() {
        Span first = deliver(100, 110);
        Span second = deliver(110, 120);
        Span third = deliver(120, 130);

        assertThat(second.takeBack()).isEqualTo(OptionalLong.of(110));
        third.ack();
        assertThat(third.takeBack()).isEmpty();
        first.ack();
        assertThat(toCommit()).contains(110L);

        Span again = deliver(110, 130);
        assertThat(toCommit()).contains(110L);
        again.ack();
        assertThat(toCommit()).contains(130L);
    }

    @Test
    void anOlderOneIsGivenBackAfterNewerOnes() {
        Span first = deliver(100, 110);
        Span second = deliver(110, 120);

        assertThat(second.takeBack()).isEqualTo(OptionalLong.of(110));
        Span again = deliver(110, 120);
        again.ack();
        assertThat(first.takeBack()).isEqualTo(OptionalLong.of(100));
        assertThat(toCommit()).isEmpty();
        deliver(100, 120).ack();
        assertThat(toCommit()).contains(120L);
    }

    @Test
    void nothingHasAnEffectWhenThePartitionIsGone() {
        Span first = deliver(100, 110);
        Span second = deliver(110, 120);
        first.ack();
        progress.end();

        second.ack();
        assertThat(second.takeBack()).isEmpty();
        assertThat(toCommit()).isEmpty();
        assertThat(progress.hasEnded()).isTrue();
    }

    @Test
    void aDeliveryKnowsItsPlace() {
        assertThat(deliver(100, 110).position()).isEqualTo(new Position("t/0#m", 100, 110));
    }

    /**
     * Whatever is acknowledged, given back and read again: no record is committed before it was acknowledged, and all are
     * in the end.
     */
    @Test
    void nothingIsCommittedThatIsNotSafe() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            Progress drawn = new Progress("t/0#m", "", 0);
            boolean[] safe = new boolean[60];
            List<Span> open = new ArrayList<>();
            long next = 0;
            long committed = 0;
            for (int step = 0; committed < safe.length; step++) {
                assertThat(step).as("steps of seed " + seed).isLessThan(20_000);
                Span one = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
                int what = random.nextInt(4);
                if (what == 0 && next < safe.length) {
                    long until = Math.min(safe.length, next + 1 + random.nextInt(7));
                    drawn.read(until);
                    open.add(drawn.delivered(next, new ConsumerRecord<>("t", 0, until - 1, "k", "v")));
                    next = until;
                } else if (what == 1 && one != null && random.nextInt(5) == 0) {
                    open.remove(one);
                    OptionalLong again = one.takeBack();
                    next = again.orElse(next);
                } else if (one != null) {
                    open.remove(one);
                    one.ack();
                    for (long i = one.position().from(); i < one.position().until(); i++) {
                        safe[(int) i] = true;
                    }
                }
                Optional<OffsetAndMetadata> due = drawn.toCommit(false);
                if (due.isPresent()) {
                    assertThat(due.get().offset()).isGreaterThan(committed);
                    committed = due.get().offset();
                    drawn.committed(committed);
                }
                for (int i = 0; i < committed; i++) {
                    assertThat(safe[i]).as("record " + i + " of seed " + seed).isTrue();
                }
            }
        }
    }
}
