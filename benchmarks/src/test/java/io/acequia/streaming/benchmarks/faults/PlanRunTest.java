/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.benchmarks.faults.ReliabilityReport.Tree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlanRunTest {
    private static final LocalDate DATE = LocalDate.of(2026, 12, 1);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private int run(ReliabilityReport report, Portion... portions) throws IOException {
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new PlanRun(PlanRunTest::rig, printed, printed).run("full 2/8", List.of(portions), 7, report::append);
    }

    /** Rigs that do nothing but tell. */
    private static void rig(FaultsRequest request, Verdict verdict) {
        switch (request.rig()) {
            case "whole" -> {
                verdict.add(new Figures("F1 kills").count("n", request.n(1)).must("lost", 0, 0));
                verdict.add(new Figures("F1 phases").show("idle", "3|4"));
                verdict.add(new Figures("F4 appends").show("n", 2).must("lost", 0, 0));
            }
            case "lossy" -> verdict.add(new Figures("F5 stops").count("n", 40).must("lost", 2, 0));
            default -> throw new IllegalStateException("no such tape");
        }
    }

    private static FaultsRequest request(boolean dirty) {
        return FaultsRequest.of(dirty ? List.of("full", "--part", "2/8", "--dirty") : List.of("full", "--part", "2/8"))
                .orElseThrow();
    }

    private Path page() throws IOException {
        return Files.writeString(folder.resolve("report.md"), ReliabilityReport.HEAD + "\n");
    }

    private ReliabilityReport report(Path page, boolean changed) {
        return new Tree(Optional.of(page), Optional.of("abc1234"), changed).report(DATE, request(changed));
    }

    @Test
    void everyFaultHasARow() throws IOException {
        Path page = page();

        assertThat(run(report(page, false), Portion.of("whole", 500, 1))).isZero();

        assertThat(page)
                .hasContent(
                        ReliabilityReport.HEAD
                                + """

                        | 2026-12-01 | abc1234 | 2/8 | F1 kills | 500 | 7 | lost=0; F1 phases: idle=3/4 | < 0.6 % | survived |
                        | 2026-12-01 | abc1234 | 2/8 | F4 appends | 2 | 7 | lost=0 | – | survived |
                        """);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("full 2/8: n=500 lost=0 seed=7, 0.0");
    }

    @Test
    void whatWasNotSurvivedIsWrittenDownAndKeepsNoOtherFromRunning() throws IOException {
        Path page = page();

        assertThat(run(
                        report(page, false),
                        Portion.of("lossy", 40, 1),
                        Portion.of("tape", 3, 1),
                        Portion.of("whole", 3, 1)))
                .isEqualTo(1);

        assertThat(page)
                .content()
                .contains(
                        "| F5 stops | 40 | 7 | lost=2 | – | **not survived** |",
                        "| tape | – | 7 | the rig broke: java.lang.IllegalStateException: no such tape | – | **not survived** |",
                        "| F1 kills | 3 | 7 | lost=0; F1 phases: idle=3/4 | – | survived |");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "NOT SURVIVED: bin/faults lossy --n 40 --seed 7",
                        "NOT SURVIVED: bin/faults tape --n 3 --seed 7");
    }

    @Test
    void theHeadIsThatOfThePage() throws IOException {
        assertThat(Files.readString(Path.of("../docs/reliability-report.md"))).contains(ReliabilityReport.HEAD);
    }

    @Test
    void theBoundIsThreeOverN() {
        assertThat(ReliabilityReport.bound(100_000)).isEqualTo("< 0.003 %");
        assertThat(ReliabilityReport.bound(200)).isEqualTo("< 1.5 %");
        assertThat(ReliabilityReport.bound(42_000)).isEqualTo("< 0.0072 %");
        assertThat(ReliabilityReport.bound(10)).isEqualTo("< 30 %");
        assertThat(ReliabilityReport.bound(3)).isEqualTo("–");
    }

    @Test
    void changesAreRefusedUnlessTheRowsMayTellThem() throws IOException {
        Path page = page();
        Tree changed = new Tree(Optional.of(page), Optional.of("abc1234"), true);

        assertThatThrownBy(() -> changed.report(DATE, request(false))).hasMessageStartingWith("ACQ-3144 ");

        run(changed.report(DATE, request(true)), Portion.of("whole", 500, 1));
        assertThat(page).content().contains("| abc1234, with changes | 2/8 | F1 kills |");
    }

    @Test
    void withoutAPageNothingRuns() {
        Tree none = new Tree(Optional.empty(), Optional.empty(), false);
        Tree gone = new Tree(Optional.of(folder.resolve("gone.md")), Optional.empty(), false);

        assertThatThrownBy(() -> none.report(DATE, request(true))).hasMessageStartingWith("ACQ-3143 ");
        assertThatThrownBy(() -> gone.report(DATE, request(true))).hasMessageStartingWith("ACQ-3143 ");
    }
}
