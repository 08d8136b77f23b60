/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/semantics.md is true: each numbered rule has a test that names it, or an order that will bring it. */
class RulesTest {
    private static final Pattern RULE = Pattern.compile("\\*\\*(S\\d+\\.\\d+)\\*\\*");
    private static final Pattern NUMBER = Pattern.compile("\\bS\\d+\\.\\d+\\b");
    private static final Pattern DISPLAY_NAME =
            Pattern.compile("@DisplayName\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)\\)");

    @Test
    void everyRuleHasOneNumber() {
        List<String> numbers = all(RULE, Repository.read("docs/semantics.md"));

        assertThat(numbers).isNotEmpty().doesNotHaveDuplicates();
    }

    @Test
    void everyRuleIsTestedOrOpen() {
        Set<String> missing = rules();
        missing.removeAll(tested());
        missing.removeAll(open().keySet());

        assertThat(missing)
                .as(
                        "rules of docs/semantics.md with neither a test (@DisplayName(\"S…\")) nor a line in docs/rules-open.tsv")
                .isEmpty();
    }

    @Test
    void noRuleIsBothTestedAndOpen() {
        Set<String> both = tested();
        both.retainAll(open().keySet());

        assertThat(both)
                .as("rules that have a test now: take their lines out of docs/rules-open.tsv")
                .isEmpty();
    }

    @Test
    void openAndTestedRulesExist() {
        assertThat(rules()).as("rules named by tests").containsAll(tested());
        assertThat(rules()).as("rules named by docs/rules-open.tsv").containsAll(open().keySet());
    }

    @Test
    void everyOpenRuleHasAReason() {
        assertThat(Repository.lines("docs/rules-open.tsv"))
                .allMatch(line -> line.matches("S\\d+\\.\\d+\\t\\S.*"))
                .hasSize(open().size());
    }

    private static Set<String> rules() {
        return new TreeSet<>(all(RULE, Repository.read("docs/semantics.md")));
    }

    private static Set<String> tested() {
        return new TreeSet<>(Repository.testSourcesAndSuites().stream()
                .flatMap(source -> all(DISPLAY_NAME, source.text()).stream())
                .map(name -> all(NUMBER, name))
                .flatMap(Collection::stream)
                .toList());
    }

    private static Map<String, String> open() {
        Map<String, String> open = new TreeMap<>();
        for (String line : Repository.lines("docs/rules-open.tsv")) {
            String[] columns = line.split("\t");
            open.put(columns[0], columns[1]);
        }
        return open;
    }

    private static List<String> all(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results()
                .map(found -> found.groupCount() > 0 ? found.group(1) : found.group())
                .toList();
    }
}
