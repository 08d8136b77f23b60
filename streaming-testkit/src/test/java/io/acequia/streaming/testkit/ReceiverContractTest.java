/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.junit.jupiter.api.TestFactory;

/** Each rule of docs/receiver-contract.md is named by a test of core or of the suites, or has a reason why by none. */
class ReceiverContractTest {
    private static final Pattern RULE = Pattern.compile("^- \\*\\*(R\\d+)\\*\\* ", Pattern.MULTILINE);
    private static final Pattern NOT_VERIFIED = Pattern.compile("^- (R\\d+): \\S.*", Pattern.MULTILINE);
    private static final Pattern NAMED =
            Pattern.compile("@DisplayName\\(\\s*\"((?:R\\d+, )*R\\d+) [^\"]+\"", Pattern.MULTILINE);
    private static final Pattern NUMBERS = Pattern.compile("(?:R\\d+, )*R\\d+ .*");

    @Test
    void everyRuleIsTestedOrListedAsNotVerified() throws IOException {
        String contract = Files.readString(root().resolve("docs/receiver-contract.md"));
        List<String> rules = all(RULE, contract);
        Set<String> tested = tested();
        Set<String> untested = new TreeSet<>(rules);
        untested.removeAll(tested);
        System.out.println("Receiver contract: " + rules.size() + " rules, not verified: " + untested);

        assertThat(rules).isNotEmpty().doesNotHaveDuplicates();
        assertThat(untested)
                .as("rules that no test names, against those listed under 'Not verified'")
                .containsExactlyInAnyOrderElementsOf(all(NOT_VERIFIED, contract));
        assertThat(rules).as("rules that tests name").containsAll(tested);
    }

    @Test
    void everyTestOfTheSuitesNamesItsRules() {
        List<Class<?>> suites = List.of(
                ReceiverConformance.class, ReliableReceiverConformance.class, UnreliableReceiverConformance.class);
        assertThat(suites.stream()
                        .flatMap(suite -> Arrays.stream(suite.getDeclaredMethods()))
                        .filter(method -> method.isAnnotationPresent(Test.class)
                                || method.isAnnotationPresent(TestFactory.class)))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(method.getAnnotation(DisplayName.class))
                        .as(method.getName())
                        .isNotNull()
                        .extracting(DisplayName::value)
                        .asString()
                        .matches(NUMBERS));
    }

    private static Set<String> tested() throws IOException {
        Set<String> tested = new TreeSet<>();
        for (String folder : List.of("streaming-core/src/test/java", "streaming-testkit/src")) {
            try (Stream<Path> files = Files.walk(root().resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .flatMap(file -> all(NAMED, read(file)).stream())
                        .flatMap(numbers -> Arrays.stream(numbers.split(", ")))
                        .collect(Collectors.toCollection(() -> tested));
            }
        }
        return tested;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** Tests run in the directory of the module, or in the one above. */
    private static Path root() {
        return Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
    }
}
