/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.assembly.Repository.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every error a user can meet has a code of its own, an explanation in docs/errors.md, and a test that meets it. */
class ErrorCodesTest {
    private static final Pattern CODE = Pattern.compile("ACQ-\\d{4}");
    private static final Pattern EXPLAINED = Pattern.compile("\\| (ACQ-\\d{4}) \\| ([^|]+) \\| ([^|]+) \\|");

    @Test
    void everyCodeStandsAtOnePlaceInTheCode() {
        Map<String, List<String>> places = places();

        assertThat(places).isNotEmpty();
        places.values().removeIf(sources -> sources.size() == 1);
        assertThat(places)
                .as("codes at several places: a code leads to one line of code; give the others their own")
                .isEmpty();
    }

    @Test
    void everyCodeIsExplainedAndEveryExplanationHasACode() {
        Set<String> explained = explanations().keySet();
        Map<String, List<String>> missing = places();
        missing.keySet().removeAll(explained);
        Set<String> stale = new TreeSet<>(explained);
        stale.removeAll(places().keySet());

        assertThat(missing)
                .as("codes to add to docs/errors.md, as '| code | what happened | what to do |'")
                .isEmpty();
        assertThat(stale).as("codes in docs/errors.md that no code has").isEmpty();
    }

    @Test
    void everyExplanationIsTwoSentences() {
        assertThat(explanations().values())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).matches(EXPLAINED).matches(".*\\. \\| [A-Z`].*\\. \\|"));
    }

    @Test
    void everyCodeIsMetByATest() {
        Map<String, List<String>> untested = places();
        untested.keySet().removeAll(codesIn(Repository.testSources()));
        untested.keySet().removeIf(code -> suites().contains(code) && !isDefinedBySuites(code));

        assertThat(untested.keySet()).as("codes that no test names").isEmpty();
    }

    /** Each code with the files that have it; the suites of the test kit only meet the codes of others. */
    private static Map<String, List<String>> places() {
        Map<String, List<String>> places = new TreeMap<>();
        for (String module : Repository.modules()) {
            if (!module.equals(Repository.TESTKIT)) {
                Repository.mainSources(module).forEach(source -> addPlaces(source, places));
            }
        }
        Set<String> elsewhere = Set.copyOf(places.keySet());
        Map<String, List<String>> own = new TreeMap<>();
        Repository.mainSources(Repository.TESTKIT).forEach(source -> addPlaces(source, own));
        own.keySet().removeAll(elsewhere);
        places.putAll(own);
        return places;
    }

    private static void addPlaces(Source source, Map<String, List<String>> places) {
        Matcher code = CODE.matcher(withoutComments(source));
        while (code.find()) {
            places.computeIfAbsent(code.group(), c -> new ArrayList<>()).add(source.toString());
        }
    }

    private static boolean isDefinedBySuites(String code) {
        return places().get(code).stream().allMatch(place -> place.startsWith(Repository.TESTKIT));
    }

    private static Set<String> suites() {
        return codesIn(Repository.mainSources(Repository.TESTKIT));
    }

    private static Set<String> codesIn(List<Source> sources) {
        return sources.stream()
                .flatMap(source -> CODE.matcher(source.text()).results())
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<String, String> explanations() {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Repository.lines("docs/errors.md")) {
            Matcher code = CODE.matcher(line);
            if (line.startsWith("| ACQ-") && code.find()) {
                assertThat(rows.put(code.group(), line))
                        .as("explained twice: " + code.group())
                        .isNull();
            }
        }
        return rows;
    }

    private static String withoutComments(Source source) {
        return source.lines().stream()
                .filter(line -> !line.trim().matches("(\\*|//|/\\*).*"))
                .collect(Collectors.joining("\n"));
    }
}
