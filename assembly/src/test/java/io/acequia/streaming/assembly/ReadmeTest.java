/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README shows is what is compiled and run: each Java block is a tagged region of an example. */
class ReadmeTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java *(\\S*)$\\R(.*?)^```$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    static Stream<MatchResult> blocks() {
        return BLOCK.matcher(Repository.read("README.md")).results();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void everyJavaBlockIsARegionOfAnExample(MatchResult block) {
        assertThat(block.group(2)).isEqualTo(region(block.group(1)));
    }

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(LINK.matcher(Repository.read("README.md")).results().map(link -> link.group(1)))
                .isNotEmpty()
                .allSatisfy(
                        target -> assertThat(Repository.ROOT.resolve(target)).exists());
    }

    /** The lines between the tags, moved to the left as far as they go. */
    private static String region(String name) {
        List<String> regions = Repository.mainSources("examples").stream()
                .flatMap(source -> Pattern.compile("(?ms)^ *// tag::" + Pattern.quote(name) + "$\\R(.*?)^ *// end::"
                                + Pattern.quote(name) + "$")
                        .matcher(source.text())
                        .results())
                .map(found -> found.group(1).stripTrailing().stripIndent() + "\n")
                .toList();
        assertThat(regions).as("regions of examples/ tagged '" + name + "'").hasSize(1);
        return regions.get(0);
    }
}
