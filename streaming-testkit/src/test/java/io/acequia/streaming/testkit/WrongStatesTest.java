/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.testkit.WrongEngine.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The suite must be able to fail: each engine with one fault fails the test that is there for it, and the right one passes. */
@Timeout(300)
class WrongStatesTest {
    @TempDir
    Path directory;

    /** A test of the suite. */
    private interface Check {
        void run(StateConformance suite) throws Exception;
    }

    /** A fault, and a test that must see it. */
    private record Case(Fault fault, String rule, Check check) {}

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(Fault.SETTLE_COMPUTES_AGAIN, "E52", s -> s.settleComputesNowAndOnce()),
                new Case(Fault.SETTLE_COMPUTES_AGAIN, "E53", s -> s.settleGivesTheDatasetOrOneLikeIt()),
                new Case(Fault.SETTLE_IS_LAZY, "E52", s -> s.settleComputesNowAndOnce()),
                new Case(
                        Fault.SETTLED_IS_COMPUTED_AGAIN_WHEN_IT_IS_GONE,
                        "E54",
                        s -> s.aSettledDatasetThatIsGoneCannotBeRead()),
                new Case(Fault.SETTLE_TAKES_ANY_LEVEL, "E55", s -> s.aLevelWithoutDiskIsRefused()),
                new Case(Fault.A_FAILED_SETTLE_KEEPS_NOTHING, "E56", s -> s.aFailedSettleCanBeRepeated()),
                new Case(Fault.A_STATE_OF_THE_SAME_NAME_IS_THE_SAME, "E57", s -> s.aNewStateIsEmptyAndLazy()),
                new Case(Fault.A_STEP_IS_EAGER, "E57", s -> s.aNewStateIsEmptyAndLazy()),
                new Case(Fault.A_STEP_READ_AGAIN_STEPS_AGAIN, "E58", s -> s.aStepRunsOnce()),
                new Case(Fault.A_STEP_READ_AGAIN_STEPS_AGAIN, "E59", s -> s.releasedResultsAreRefused()),
                new Case(Fault.A_FAILED_STEP_IS_NOT_ROLLED_BACK, "E60", s -> s.aFailedStepIsRolledBack()),
                new Case(Fault.A_FAILED_STEP_IS_NOT_ROLLED_BACK, "E61", s -> s.aCancelledStepCountsOnce()),
                new Case(Fault.A_STEP_ASKED_FOR_AGAIN_STEPS_AGAIN, "E62", s -> s.timesAreInOrder()),
                new Case(Fault.ANY_ORDER_OF_TIMES, "E62", s -> s.timesAreInOrder()),
                new Case(Fault.ANY_PLACING_OF_THE_INPUT, "E63", s -> s.theInputIsPlacedAsTheStateIs()),
                new Case(Fault.NEWEST_IS_WHAT_WAS_ASKED_FOR, "E64", s -> s.newestIsWhatAllPartitionsHave()),
                new Case(Fault.A_REMOVAL_IS_FORGOTTEN, "E65", s -> s.whatIsPutAndRemovedIsSeenAtOnce()),
                new Case(Fault.A_REMOVAL_IS_FORGOTTEN, "E72", s -> s.aVersionEqualsAModel()),
                new Case(Fault.CELLS_LACK_THE_LAST, "E66", s -> s.cellsGivesEachKeyOnce()),
                new Case(Fault.A_DUE_KEY_FIRES_TWICE, "E67", s -> s.dueGivesEachKeyOnce()),
                new Case(Fault.A_DUE_KEY_STAYS_DUE, "E67", s -> s.dueGivesEachKeyOnce()),
                new Case(Fault.THE_FIRST_DUE_TIME_STAYS, "E68", s -> s.aKeyThatIsTouchedAgainIsDueThen()),
                new Case(Fault.A_REMOVED_KEY_STAYS_DUE, "E69", s -> s.removalForgetsWhenAKeyIsDue()),
                new Case(Fault.A_NULL_STATE_IS_A_REMOVAL, "E70", s -> s.nullFailsTheStep()),
                new Case(Fault.EQUAL_HASHES_ARE_EQUAL_KEYS, "E71", s -> s.keysWithEqualHashCodesAreDifferent()),
                new Case(Fault.THE_NEWEST_VERSION_FOR_AN_OLDER_ONE, "E72", s -> s.aVersionEqualsAModel()),
                new Case(Fault.THE_NEWEST_VERSION_FOR_AN_OLDER_ONE, "E74", s -> s.aReaderSeesItsVersion()),
                new Case(Fault.ONE_VERSION_IS_REMEMBERED, "E73", s -> s.theTwoNewestVersionsStay()),
                new Case(Fault.EVERY_VERSION_IS_REMEMBERED, "E73", s -> s.theTwoNewestVersionsStay()),
                new Case(Fault.CHANGES_LACK_REMOVALS, "E75", s -> s.changesLeadFromVersionToVersion()),
                new Case(Fault.CHANGES_HAVE_REMOVALS_LAST, "E75", s -> s.changesLeadFromVersionToVersion()),
                new Case(Fault.CHANGES_LACK_DUE_TIMES, "E76", s -> s.changesWithoutAStartAreEverything()),
                new Case(Fault.REMOVED_KEYS_ARE_COUNTED, "E78", s -> s.usageTellsTheKeys()),
                new Case(Fault.CLOSE_KEEPS_EVERYTHING, "E79", s -> s.closeLetsGo()));
    }

    @TestFactory
    Stream<DynamicTest> aWrongEngineFails() {
        return cases().map(wrong -> DynamicTest.dynamicTest(
                wrong.rule() + " sees " + wrong.fault(),
                () -> assertThat(run(wrong, wrong.fault())).isNotNull().isNotInstanceOf(InterruptedException.class)));
    }

    @TestFactory
    Stream<DynamicTest> theRightEnginePassesTheSameTests() {
        return cases().map(wrong -> DynamicTest.dynamicTest(wrong.rule() + " where " + wrong.fault() + " fails", () -> {
            Throwable failure = run(wrong, Fault.NONE);
            if (failure != null) {
                throw failure;
            }
        }));
    }

    @Test
    void everyFaultIsTried() {
        Set<Fault> tried = cases().map(Case::fault).collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
        assertThat(tried)
                .containsExactlyElementsOf(
                        Stream.of(Fault.values()).filter(Fault::isOfState).toList());
    }

    /** How a test of the suite ends on an engine with that fault. */
    private @Nullable Throwable run(Case wrong, Fault fault) throws Exception {
        StateConformance suite = new StateConformance() {
            @Override
            protected Engine engine(Map<String, String> settings) {
                return new WrongEngine(open("local[2]", settings), fault);
            }
        };
        suite.directory = newDirectory();
        suite.openEngine();
        try {
            return catchThrowable(() -> wrong.check().run(suite));
        } finally {
            suite.closeEngine();
        }
    }

    private Path newDirectory() throws IOException {
        return Files.createTempDirectory(directory, "suite-");
    }
}
