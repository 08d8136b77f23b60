/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.AckedTexts.Manners;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The suites of outages and kills pass where a source does its duty, and notice where it does not. */
@Timeout(300)
class FaultSuitesTest {
    @TempDir
    Path directory;

    private static final class Outages extends OutageConformance<String> {
        private final Manners manners;

        Outages(Manners manners) {
            this.manners = manners;
        }

        @Override
        protected BreakableSystem<String> system() throws Exception {
            return new AckedTexts(manners);
        }

        @Override
        protected Duration bound() {
            return Duration.ofMillis(1500);
        }
    }

    private static final class Kills extends KillConformance<String> {
        private final Manners manners;

        Kills(Manners manners, Path directory) {
            this.manners = manners;
            this.directory = directory;
        }

        @Override
        protected ExternalSystem<String> system() throws Exception {
            return new AckedTexts(manners);
        }

        @Override
        protected Function<String, String> payload() {
            return text -> text;
        }

        @Override
        protected Duration patience() {
            return manners == Manners.HONEST ? super.patience() : Duration.ofSeconds(3);
        }
    }

    /** What the suites have told. */
    private static final class Told implements TestReporter {
        private final Map<String, String> figures = new TreeMap<>();

        @Override
        public void publishEntry(Map<String, String> entries) {
            figures.putAll(entries);
        }
    }

    private static void run(OutageConformance<String> suite, String fault, TestReporter told) throws Throwable {
        List<DynamicTest> all = suite.outages(told).toList();
        for (DynamicTest each : all) {
            if (each.getDisplayName().equals(fault)) {
                each.getExecutable().execute();
            }
        }
    }

    @Test
    void outagesAreNoticedAndOver() throws Throwable {
        Told told = new Told();
        for (String fault : List.of("RESTART", "RESET", "HALF_OPEN")) {
            run(new Outages(Manners.HONEST), fault, told);
        }
        assertThat(told.figures).hasSize(3).allSatisfy((fault, figures) -> assertThat(figures)
                .contains("n=2 noticed=2")
                .contains("recovered=2")
                .contains("lost=0"));
    }

    @Test
    void aSourceThatHidesOutagesIsNoticed() {
        assertThatThrownBy(() -> run(new Outages(Manners.SILENT), "HALF_OPEN", new Told()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("outages that were noticed");
    }

    @Test
    void nothingIsLostByKills() throws Exception {
        Told told = new Told();
        new Kills(Manners.HONEST, directory).kills(told);
        assertThat(told.figures.get("F30 kills")).contains("n=5 ", " lost=0 ");
    }

    @Test
    void aSourceThatAcknowledgesBeforeTheStoreIsNoticed() {
        assertThatThrownBy(() -> new Kills(Manners.ACKS_EARLY, directory).kills(new Told()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lost");
    }
}
