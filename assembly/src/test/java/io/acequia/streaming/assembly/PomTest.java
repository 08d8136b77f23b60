/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Child POMs are boring: coordinates, a sentence, a module name, dependencies. */
class PomTest {
    static Stream<String> children() {
        return Repository.modules().stream().filter(module -> !module.equals("bom"));
    }

    @ParameterizedTest
    @MethodSource("children")
    @DisplayName("versions and plugins stand in the parent POM alone")
    void childrenDeclareNoVersionsAndNoPlugins(String module) {
        Pom pom = Pom.ofModule(module);

        assertThat(pom.elements("version")).isEmpty();
        if (!module.equals("archetype")) { // its packaging is an extension, which cannot come from the parent
            assertThat(pom.elements("build")).isEmpty();
        }
        assertThat(pom.elements("profiles")).isEmpty();
        assertThat(pom.elements("dependencyManagement")).isEmpty();
        assertThat(pom.elements("dependencies", "dependency", "version")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("children")
    void childrenSayWhatTheyAreInOneSentence(String module) {
        Pom pom = Pom.ofModule(module);

        assertThat(pom.value("artifactId")).isEqualTo(module);
        assertThat(pom.value("description")).matches("[A-Z].*\\.");
        assertThat(Repository.read("ARCHITECTURE.md")).contains(pom.value("description"));
        assertThat(pom.values("properties", "moduleName")).hasSize(1);
    }
}
