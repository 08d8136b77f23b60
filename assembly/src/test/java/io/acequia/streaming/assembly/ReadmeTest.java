/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the README and the guides show is what is compiled and run: each Java block is a tagged region of an example or a test, or
 * of a program for Spark.
 */
class ReadmeTest {
    private static final List<String> PAGES = List.of(
            "README.md",
            "docs/concepts.md",
            "docs/settings.md",
            "docs/watch-a-job.md",
            "docs/write-a-receiver.md",
            "docs/write-a-direct-source.md",
            "docs/tuning.md",
            "docs/windows-and-state.md",
            "docs/migrating-from-spark.md",
            "docs/deploy/README.md",
            "docs/packaging.md",
            "docs/jdbc.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^(?:```|~~~)java *(\\S*)$\\R(.*?)^(?:```|~~~)$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    static Stream<MatchResult> blocks() {
        return PAGES.stream()
                .flatMap(page -> BLOCK.matcher(Repository.read(page)).results());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void everyJavaBlockIsARegionOfAProgramOrATest(MatchResult block) {
        assertThat(block.group(2)).isEqualTo(region(block.group(1)));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(String page) {
        Path folder = Repository.ROOT.resolve(page).getParent();

        assertThat(LINK.matcher(Repository.read(page)).results().map(link -> link.group(1)))
                .isNotEmpty()
                .allSatisfy(target -> assertThat(folder.resolve(target)).exists());
    }

    static List<String> pages() {
        return PAGES;
    }

    /** The lines between the tags, moved to the left as far as they go. */
    private static String region(String name) {
        List<String> regions = Stream.of(
                        Repository.mainSources("examples"), Repository.testSources(), Repository.sparkSources())
                .flatMap(List::stream)
                .flatMap(source -> Pattern.compile("(?ms)^ *// tag::" + Pattern.quote(name) + "$\\R(.*?)^ *// end::"
                                + Pattern.quote(name) + "$")
                        .matcher(source.text())
                        .results())
                .map(found -> found.group(1).stripTrailing().stripIndent() + "\n")
                .toList();
        assertThat(regions)
                .as("regions of examples/, of tests and of programs for Spark tagged '" + name + "'")
                .hasSize(1);
        return regions.get(0);
    }
}
