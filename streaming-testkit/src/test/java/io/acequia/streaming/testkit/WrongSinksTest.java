/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.testkit.WrongSink.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The suite must be able to fail: each sink with one fault fails the test that is there for it, and the right one passes. */
@Timeout(300)
class WrongSinksTest {
    /** A test of the suite. */
    private interface Check {
        void run(BatchSinkConformance<String> suite) throws Exception;
    }

    /**
     * A fault, the test that must see it, and what it must say.
     *
     * @param says a part of the message
     */
    private record Case(Fault fault, String says, Check check) {}

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        Fault.ALREADY_COMMITTED_IS_ALWAYS_FALSE, "rows after the attempt", s -> s.aRestartWritesOnce()),
                new Case(Fault.KNOWS_ITS_OWN_COMMITS_ALONE, "rows after the attempt", s -> s.aRestartWritesOnce()),
                new Case(Fault.KNOWS_ITS_OWN_COMMITS_ALONE, "rows after the attempt", s -> s.aCopyWritesTheSame()),
                new Case(
                        Fault.A_KEY_COUNTS_WHEN_IT_IS_OPENED,
                        "whether a key that is being written",
                        s -> s.noKeyIsCommittedTooEarly()),
                new Case(Fault.A_KEY_COUNTS_WHEN_IT_IS_OPENED, "rows after the attempt", s -> s.aCrashLeavesNothing()),
                new Case(
                        Fault.AN_ABORTED_KEY_COUNTS,
                        "whether a key that was aborted",
                        s -> s.noKeyIsCommittedTooEarly()),
                new Case(Fault.AN_ABORTED_KEY_COUNTS, "rows after the attempt", s -> s.anAbortLeavesNothing()),
                new Case(
                        Fault.SHOWS_ROWS_BEFORE_THE_COMMIT,
                        "rows before the commit",
                        s -> s.aCommitShowsWhatWasWritten()),
                new Case(Fault.SHOWS_ROWS_BEFORE_THE_COMMIT, "rows after a crash", s -> s.aCrashLeavesNothing()),
                new Case(Fault.COMMITS_IN_TWO_PARTS, "rows seen during the commit", s -> s.aReaderSeesAllOrNothing()),
                new Case(Fault.ABORT_LEAVES_ROWS, "rows after an abort", s -> s.anAbortLeavesNothing()),
                new Case(Fault.ABORT_LEAVES_ROWS, "rows after another key", s -> s.keysAreIndependent()),
                new Case(Fault.CLOSE_COMMITS, "rows after close without commit", s -> s.closeIsNoCommit()),
                new Case(Fault.COMMITTING_AGAIN_APPENDS, "rows after two commits", s -> s.aWriterCommitsTwice()),
                new Case(Fault.THE_KEY_LACKS_THE_PARTITION, "partition=1] is committed", s -> s.keysAreIndependent()),
                new Case(
                        Fault.THE_KEY_LACKS_THE_PARTITION,
                        "the partition beside",
                        s -> s.anEmptyPartitionIsCommitted()),
                new Case(Fault.THE_KEY_LACKS_THE_TIME, "is committed", s -> s.keysAreIndependent()),
                new Case(Fault.THE_KEY_LACKS_THE_OUTPUT, "is committed", s -> s.keysAreIndependent()),
                new Case(Fault.CHECKS_AND_THEN_ACTS, "rows after a race", s -> s.twoAttemptsRace()),
                new Case(Fault.A_LATE_COMMIT_APPENDS, "rows after a late commit", s -> s.aLateAttemptHarmsNothing()),
                new Case(Fault.A_LATE_COMMIT_APPENDS, "rows after a race", s -> s.twoAttemptsRace()),
                new Case(Fault.A_LATE_ABORT_TAKES_ALL, "rows after a late abort", s -> s.aLateAttemptHarmsNothing()),
                new Case(Fault.A_CRASH_LEAVES_A_LOCK, "is locked", s -> s.aCrashLeavesNothing()),
                new Case(Fault.REFUSES_EMPTY_PARTITIONS, "nothing to commit", s -> s.anEmptyPartitionIsCommitted()),
                new Case(
                        Fault.KEEPS_WHAT_CAME_BEFORE_A_FAILED_WRITE,
                        "rows after a failed write",
                        s -> s.aFailedWriteLeavesNothing()),
                new Case(Fault.CANNOT_BE_COPIED, "cannot be copied", s -> s.aCopyWritesTheSame()),
                new Case(Fault.FORGETS_ITS_TARGET_IN_A_COPY, "rows after the attempt", s -> s.aCopyWritesTheSame()),
                new Case(Fault.MIXES_UP_THE_ORDER, "behind the commit", s -> s.whatWasCommittedStaysInOrder()));
    }

    @TestFactory
    Stream<DynamicTest> aWrongSinkFails() {
        return cases().map(wrong -> DynamicTest.dynamicTest(wrong.fault() + ": " + wrong.says(), () -> {
            Throwable failure = catchThrowable(() -> wrong.check().run(new Suite(wrong.fault())));
            assertThat(failure).isNotNull().hasMessageContaining(wrong.says());
        }));
    }

    @TestFactory
    Stream<DynamicTest> theRightSinkPassesTheSameTests() {
        return cases().map(wrong -> DynamicTest.dynamicTest("where " + wrong.fault() + " fails", () -> assertThatCode(
                        () -> wrong.check().run(new Suite(Fault.NONE)))
                .doesNotThrowAnyException()));
    }

    @Test
    void everyFaultIsTried() {
        Set<Fault> tried = EnumSet.of(Fault.NONE);
        cases().forEach(each -> tried.add(each.fault()));
        assertThat(tried).containsExactlyInAnyOrder(Fault.values());
    }

    private static final class Suite extends BatchSinkConformance<String> {
        private final String target = UUID.randomUUID().toString();
        private final Fault fault;

        Suite(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected BatchSink<String> sink() {
            return new WrongSink(target, fault);
        }

        @Override
        protected String record(String payload) {
            return payload;
        }

        @Override
        protected List<String> committed() {
            return WrongSink.read(target);
        }

        @Override
        protected String unwritable() {
            return WrongSink.UNWRITABLE;
        }
    }
}
