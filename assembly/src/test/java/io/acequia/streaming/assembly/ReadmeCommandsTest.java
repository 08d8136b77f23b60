/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each command of the README stands in a block with a tag, and a script that {@code ci/test} runs takes it from there, as it stands. So
 * a reader's path, down to an uber JAR of his own, is what is tried.
 */
class ReadmeCommandsTest {
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(.*?)$\\R(.*?)^```$");
    private static final Pattern INLINE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern COMMAND = Pattern.compile(
            "(?m)^(\\$ )?((\\S*/)?(bin|ci)/|(mvn|java|javac|jar|nc|cd|git|docker|curl|tar|sudo|apt-get) )");
    private static final List<String> SCRIPTS = List.of("ci/test", "ci/archetypes", "ci/bom-sample", "ci/reproducible");

    /** What ci/test cannot run: itself, and what it says that a machine needs. */
    private static final List<String> RUN_BY_HAND = List.of("all");

    private static final List<String> SAID_BY_CI_TEST = List.of("apt-get install openjdk-17-jdk-headless maven");

    private static List<String> tags() {
        return FENCE.matcher(Repository.read("README.md"))
                .results()
                .map(block -> block.group(1))
                .filter(language -> language.startsWith("sh "))
                .map(language -> language.substring(3))
                .toList();
    }

    @Test
    void everyBlockWithATagIsRun() {
        List<String> texts = SCRIPTS.stream().map(Repository::read).toList();

        assertThat(tags())
                .contains("demo", "first-project")
                .doesNotHaveDuplicates()
                .allSatisfy(tag -> {
                    if (!RUN_BY_HAND.contains(tag)) {
                        assertThat(texts)
                                .as("scripts that run 'block " + tag + "' of the README")
                                .anyMatch(text -> Pattern.compile("\\bblock " + Pattern.quote(tag) + "\\)")
                                        .matcher(text)
                                        .find());
                    }
                });
    }

    @Test
    void everyScriptIsRunByCiTest() {
        assertThat(SCRIPTS).filteredOn(script -> !script.equals("ci/test")).allSatisfy(script -> assertThat(
                        Repository.lines("ci/test"))
                .anyMatch(line -> line.strip().startsWith(script)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bin/acequia run X",
                "mvn package",
                "text\n../acequia/bin/acequia doctor a.jar",
                "$ java -jar a.jar"
            })
    void aCommandIsFound(String text) {
        assertThat(text).containsPattern(COMMAND);
        assertThat("run --supervise").doesNotContainPattern(COMMAND);
    }

    @Test
    void noCommandStandsElsewhere() {
        String readme = Repository.read("README.md");
        Stream<String> untagged = FENCE.matcher(readme)
                .results()
                .filter(block ->
                        !block.group(1).startsWith("sh ") && !block.group(1).startsWith("java "))
                .map(block -> block.group(2));
        Stream<String> inline = INLINE.matcher(FENCE.matcher(readme).replaceAll(""))
                .results()
                .map(code -> code.group(1))
                .filter(code -> code.contains(" ") && !SAID_BY_CI_TEST.contains(code));

        assertThat(Stream.concat(untagged, inline)).isNotEmpty().noneMatch(text -> COMMAND.matcher(text)
                .find());
        assertThat(Repository.read("ci/test")).contains(SAID_BY_CI_TEST);
    }
}
