/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who imports the BOM gets our artifacts, all of them, and nothing else. */
class BomCompletenessTest {
    private final Pom bom = Pom.ofModule("bom");
    private final Pom parent = Pom.read(Repository.ROOT.resolve("pom.xml"));

    @Test
    void theBomListsExactlyThePublishedModules() {
        assertThat(bom.values("dependencyManagement", "dependencies", "dependency", "artifactId"))
                .containsExactlyInAnyOrderElementsOf(Repository.publishedModules());
        assertThat(bom.values("dependencyManagement", "dependencies", "dependency", "groupId"))
                .containsOnly("io.acequia");
    }

    @Test
    void theBomHasNoParentThatWouldLeakOurVersions() {
        assertThat(bom.elements("parent")).isEmpty();
        assertThat(bom.elements("dependencies")).isEmpty();
    }

    @Test
    void theBomHasTheVersionOfTheProject() {
        assertThat(bom.value("version")).isEqualTo(parent.value("version"));
        assertThat(bom.values("dependencyManagement", "dependencies", "dependency", "version"))
                .containsOnly("${project.version}");
    }
}
