/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of docs/engine-contract.md has a test in a conformance suite, or a reason why it has none. */
class EngineContractTest {
    private static final List<Class<?>> SUITES = List.of(ExecutionEngineConformance.class, StateConformance.class);
    private static final Pattern RULE = Pattern.compile("^- \\*\\*(E\\d+)\\*\\* ", Pattern.MULTILINE);
    private static final Pattern NOT_VERIFIED = Pattern.compile("^- (E\\d+): \\S.*", Pattern.MULTILINE);
    private static final Pattern NUMBER = Pattern.compile("^(E\\d+) .*");

    @Test
    void everyRuleIsTestedOrListedAsNotVerified() throws IOException {
        String contract = Files.readString(contract());
        List<String> rules = all(RULE, contract);
        Set<String> untested = new TreeSet<>(rules);
        untested.removeAll(tested());
        System.out.println("Engine contract: " + rules.size() + " rules, not verified: " + untested);

        assertThat(rules).isNotEmpty().doesNotHaveDuplicates();
        assertThat(untested)
                .as("rules without a test in the conformance suites, against those listed under 'Not verified'")
                .containsExactlyInAnyOrderElementsOf(all(NOT_VERIFIED, contract));
        assertThat(rules).as("rules that tests name").containsAll(tested());
    }

    @Test
    void everyTestOfTheSuitesNamesItsRule() {
        assertThat(tested())
                .hasSameSizeAs(methods()
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .toList());
    }

    private static Set<String> tested() {
        return methods()
                .filter(method -> method.isAnnotationPresent(DisplayName.class))
                .map(method -> method.getAnnotation(DisplayName.class).value())
                .flatMap(name -> all(NUMBER, name).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Method> methods() {
        return SUITES.stream().flatMap(suite -> Arrays.stream(suite.getDeclaredMethods()));
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** Tests run in the directory of the module, or in the one above. */
    private static Path contract() {
        Path here = Path.of("docs", "engine-contract.md");
        return Files.exists(here) ? here : Path.of("..").resolve(here);
    }
}
