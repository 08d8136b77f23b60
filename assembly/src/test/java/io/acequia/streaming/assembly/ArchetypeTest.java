/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What new projects begin with; that they build and run is seen by {@code ci/archetypes}. */
class ArchetypeTest {
    private static final String POM = Repository.read("archetype/shared/archetype-resources/pom.xml");
    private static final Pattern VERSION = Pattern.compile("<(version[a-z.]*)>([^<]*)</\\1>");
    private static final Pattern OURS = Pattern.compile("@([^@]*)@");

    /** A version that is written into a template goes stale without anybody's notice. */
    @Test
    void everyVersionOfANewProjectComesFromTheParentPom() {
        List<String> versions =
                VERSION.matcher(POM).results().map(found -> found.group(2)).toList();
        String parent = Repository.read("pom.xml");

        assertThat(versions).hasSizeGreaterThan(10).allMatch(version -> version.matches("@.*@|\\$\\{.*}"));
        assertThat(OURS.matcher(POM).results().map(found -> found.group(1)))
                .contains("project.version")
                .allSatisfy(name -> assertThat(parent).contains("<" + name.replace("project.", "") + ">"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "receiver"})
    void anArchetypeSaysWhatItIsInOneSentence(String name) {
        Pom pom = Pom.ofModule("archetype/" + name);

        assertThat(pom.value("artifactId")).isEqualTo("archetype-" + name);
        assertThat(pom.value("packaging")).isEqualTo("maven-archetype");
        assertThat(pom.value("description")).matches("A new project .*\\.");
        assertThat(pom.elements("build")).isEmpty();
    }

    /** Those that end a statement or begin a block. */
    @Test
    void theFirstJobHasAtMostTenLinesOfCode() {
        String job = Repository.read(
                "archetype/quickstart/src/main/resources/archetype-resources/src/main/java/WordCount.java");
        String bodies = job.substring(job.indexOf("private WordCount()"));

        assertThat(Pattern.compile("(?m)[;{]$").matcher(bodies).results().map(MatchResult::group))
                .hasSizeLessThanOrEqualTo(10);
    }
}
