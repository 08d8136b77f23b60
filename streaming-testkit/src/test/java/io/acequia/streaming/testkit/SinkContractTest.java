/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of docs/sink-contract.md is a test of the suite, and each test of the suite is a rule. */
class SinkContractTest {
    private static final Pattern RULE = Pattern.compile("^- \\*\\*(B\\d+)\\*\\* ", Pattern.MULTILINE);

    @Test
    void everyRuleIsATestAndEveryTestIsARule() throws IOException {
        Path root = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
        List<String> rules = RULE.matcher(Files.readString(root.resolve("docs/sink-contract.md")))
                .results()
                .map(found -> found.group(1))
                .toList();
        List<String> tests = Arrays.stream(BatchSinkConformance.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getAnnotation(DisplayName.class).value().split(" ")[0])
                .toList();
        assertThat(rules).isNotEmpty().doesNotHaveDuplicates();
        assertThat(tests).containsExactlyInAnyOrderElementsOf(rules);
    }
}
