/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The page that the full runs write down what came of them: a row for each fault, of those that were not survived, too. */
final class ReliabilityReport {
    static final String HEAD = "| date | commit | part | fault | n | seed | figure | bound | result |";

    private static final String NONE = "–";

    private final Path page;
    private final LocalDate date;
    private final String commit;
    private final String part;

    /** @param commit what was tried, and whether it had changes */
    ReliabilityReport(Path page, LocalDate date, String commit, String part) {
        this.page = page;
        this.date = date;
        this.commit = commit;
        this.part = part;
    }

    void append(PlanRun.Done done) throws IOException {
        Files.write(page, rows(done), StandardOpenOption.APPEND);
    }

    List<String> rows(PlanRun.Done done) {
        List<String> rows = new ArrayList<>();
        long seed = done.verdict().seed();
        List<Figures> lines = done.verdict().figures();
        for (int i = 0; i < lines.size(); i++) {
            Figures first = lines.get(i);
            StringBuilder figure = new StringBuilder(first.text());
            boolean survived = first.survived();
            // A line without a number of trials belongs to the one before.
            while (i + 1 < lines.size() && lines.get(i + 1).n().isEmpty()) {
                Figures next = lines.get(++i);
                figure.append("; ").append(next.fault()).append(": ").append(next.text());
                survived &= next.survived();
            }
            rows.add(row(
                    first.fault(),
                    first.n().map(Object::toString).orElse(NONE),
                    seed,
                    figure.toString(),
                    survived && isOfCatalogue(first)
                            ? first.n().map(ReliabilityReport::bound).orElse(NONE)
                            : NONE,
                    survived ? "survived" : "**not survived**"));
        }
        done.broken()
                .ifPresent(e -> rows.add(
                        row(done.portion().name(), NONE, seed, "the rig broke: " + e, NONE, "**not survived**")));
        return rows;
    }

    private static boolean isOfCatalogue(Figures figures) {
        return figures.fault().matches("F\\d+ .*");
    }

    private String row(String fault, String n, long seed, String figure, String bound, String result) {
        return "| "
                + String.join(" | ", date.toString(), commit, part, fault, n, "" + seed, oneCell(figure), bound, result)
                + " |";
    }

    private static String oneCell(String text) {
        return text.replace('|', '/').replaceAll("\\s+", " ");
    }

    /** No failure in so many trials bounds the rate at this, with a confidence of 95 per cent. */
    static String bound(long n) {
        return n < 4
                ? NONE
                : "< "
                        + new BigDecimal(300)
                                .divide(BigDecimal.valueOf(n), new MathContext(2, RoundingMode.UP))
                                .stripTrailingZeros()
                                .toPlainString()
                        + " %";
    }

    /** What the launcher says of the tree that is tried, by properties. */
    record Tree(Optional<Path> page, Optional<String> commit, boolean isChanged) {
        static Tree ofProperties() {
            return new Tree(
                    Optional.ofNullable(System.getProperty("acequia.faults.report"))
                            .map(Path::of),
                    Optional.ofNullable(System.getProperty("acequia.faults.commit")),
                    !"false".equals(System.getProperty("acequia.faults.changed")));
        }

        /** The page; unless the tree is changed, and that is not allowed. */
        ReliabilityReport report(LocalDate date, FaultsRequest request) {
            Path known = page.filter(Files::isRegularFile)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "ACQ-3143 there is no page to write to: start a full run by bin/faults"));
            if (isChanged && !request.dirty()) {
                throw new IllegalArgumentException(
                        "ACQ-3144 the source tree has changes that are not committed, so nobody "
                                + "could repeat the run: commit them, or take --dirty, which the rows tell");
            }
            String tried = commit.orElse("unknown") + (isChanged ? ", with changes" : "");
            return new ReliabilityReport(known, date, tried, request.part() + "/" + Plan.PARTS);
        }
    }
}
