/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} has a row for each setting, in their order, with what the code says of it. */
class SettingsPageTest {
    @Test
    void thePageHasTheSettingsOfTheCode() {
        Map<String, String> defaults = StreamingConf.withoutDefaults().values();
        List<String> rows = StreamingConf.keys().stream()
                .map(key -> row(key, defaults.get(key.name())))
                .collect(Collectors.toList());

        assertThat(Repository.lines("docs/settings.md").stream().filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(rows);
    }

    private static String row(StreamingConf.Key<?> key, String byDefault) {
        String form = key.form().replaceFirst(" with its unit.*", "").replace("|", "\\|");
        return "| `" + key.name() + "` | " + (byDefault.isEmpty() ? "" : "`" + byDefault + "`") + " | " + form + " | "
                + key.sentence() + " |";
    }
}
