/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import io.acequia.streaming.testkit.WrongBroker.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The suite must be able to fail: each receiver with one fault fails the test that is there for it, and the right one passes. */
@Timeout(300)
class WrongReceiversTest {
    @TempDir
    Path directory;

    /** A test of the suite. */
    private interface Check {
        void run(ReliableReceiverConformance<String> suite) throws Exception;
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
                        Fault.ACKS_BEFORE_READ_RETURNS,
                        "10 records unacknowledged",
                        s -> s.nothingIsToldBeforeTheBatchIsDone()),
                new Case(
                        Fault.ACKS_BEFORE_READ_RETURNS,
                        "10 records unacknowledged",
                        s -> s.nothingIsToldWhileTheLogHasNoSpace()),
                new Case(Fault.ACKS_ON_A_THREAD_OF_ITS_OWN, "", s -> s.nothingIsToldBeforeTheBatchIsDone()),
                new Case(
                        Fault.ACKS_WHAT_IS_UNSETTLED_WHEN_IT_CLOSES,
                        "is read again",
                        s -> s.nothingIsToldBeforeTheBatchIsDone()),
                new Case(Fault.NEVER_ACKS, "0 records unacknowledged", s -> s.nothingIsLost(Mode.PLAIN, false)),
                new Case(Fault.IGNORES_NACK, "10 records received", s -> s.whatIsGivenBackComesAgain()),
                new Case(Fault.RETURNS_MORE_THAN_ASKED_FOR, "a read for", s -> s.aReadGivesNoMoreThanAskedFor()),
                new Case(Fault.RETURNS_NULL, "R4 read returned null", s -> s.nothingIsLost(Mode.PLAIN, true)),
                new Case(Fault.NO_RECEIVER, "R4 newReceiver returned null", s -> s.nothingIsLost(Mode.PLAIN, true)),
                new Case(Fault.IGNORES_WAKE_UP, "a read for 100 ms", s -> s.aReadEndsWhenItIsWokenUp()),
                new Case(Fault.IGNORES_WAKE_UP, "read did not return", s -> s.aReadReturnsWhenItsTimeIsOver()),
                new Case(
                        Fault.ONE_OBJECT_FOR_ALL_ATTEMPTS,
                        "R1 newReceiver returned",
                        s -> s.eachAttemptHasAnObjectOfItsOwn()),
                new Case(Fault.SETTLES_AFTER_CLOSE, "records are lost", s -> s.aSettlementAfterCloseHasNoEffect()),
                new Case(Fault.DUPLICATES_RECORDS, "received once", s -> s.nothingIsLost(Mode.PLAIN, false)),
                new Case(Fault.DROPS_RECORDS, "records received", s -> s.nothingIsLost(Mode.ONE_RECORD_BLOCKS, false)),
                new Case(Fault.REVERSES_RECORDS, "the order", s -> s.nothingIsLost(Mode.PLAIN, false)),
                new Case(Fault.CHANGES_ITS_LISTS, "lists that reads gave", s -> s.aListThatAReadGaveIsNotChanged()),
                new Case(
                        Fault.NUMBERS_ANEW_ON_EACH_CONNECTION,
                        "R21 acknowledged before",
                        s -> s.nothingIsLost(Mode.CLOSE_DURING_READ, true)),
                new Case(Fault.FORGETS_POSITIONS, "REPLAYS_FROM_OFFSET", s -> s.positionsRiseAndStay()),
                new Case(Fault.LEAVES_A_THREAD_BEHIND, "threads", s -> s.aClosedReceiverLeavesNothingBehind()),
                new Case(Fault.CLOSE_THROWS_WHEN_NOT_CONNECTED, "close threw", s -> s.closeDoesNotThrow()),
                new Case(Fault.HIDES_THE_END, "the receiver ended", s -> s.aSourceEndsBehindItsLastRecord()),
                new Case(Fault.CANNOT_BE_COPIED, "cannot be copied", s -> s.aCopyOfTheSourceReadsTheSame()));
    }

    @TestFactory
    Stream<DynamicTest> aWrongReceiverFails() {
        return cases().map(wrong -> DynamicTest.dynamicTest(wrong.fault() + ": " + wrong.says(), () -> {
            Throwable failure = catchThrowable(() -> wrong.check().run(suite(wrong.fault())));
            assertThat(failure).isInstanceOf(AssertionError.class).hasMessageContaining(wrong.says());
        }));
    }

    @TestFactory
    Stream<DynamicTest> theRightReceiverPassesTheSameTests() {
        return cases().map(wrong -> DynamicTest.dynamicTest(
                "where " + wrong.fault() + " fails",
                () -> assertThatCode(() -> wrong.check().run(suite(Fault.NONE))).doesNotThrowAnyException()));
    }

    @Test
    void everyFaultIsTried() {
        Set<Fault> tried = EnumSet.of(Fault.NONE);
        cases().forEach(each -> tried.add(each.fault()));
        assertThat(tried).containsExactlyInAnyOrder(Fault.values());
    }

    private ReliableReceiverConformance<String> suite(Fault fault) {
        ReliableReceiverConformance<String> suite = new ReliableReceiverConformance<>() {
            @Override
            protected WrongBroker system() {
                return new WrongBroker(fault);
            }

            /** Failing takes as long; passing needs a moment of it, and a full log is tried again each second. */
            @Override
            protected Duration patience() {
                return fault == Fault.NONE ? Duration.ofSeconds(30) : Duration.ofSeconds(3);
            }
        };
        suite.directory = directory;
        return suite;
    }
}
