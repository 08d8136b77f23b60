/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.uber;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for each uber JAR. */
class UberJarsTest {
    /** Of licences that a library does not call by the name that SPDX has for them. */
    private static final Map<String, String> IDS = Map.of("Mozilla Public License version 2.0", "MPL-2.0");

    static Stream<UberJar> each() {
        return UberJar.each().stream();
    }

    static Stream<UberJar> connectors() {
        return UberJar.connectors().stream();
    }

    @ParameterizedTest
    @MethodSource("each")
    void theDoctorFindsNothing(UberJar jar, @TempDir Path directory) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Command.java(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.acequia.streaming.cli.Acequia",
                "doctor",
                jar.path().toString()));
        if (!jar.equals(UberJar.ALL)) {
            words.add("--provided");
        }
        Command doctor = Command.run(directory, words);

        assertThat(doctor.output()).contains(" entries: ok");
        assertThat(doctor.exitCode()).isZero();
    }

    @ParameterizedTest
    @MethodSource("each")
    void noEntryIsThereTwice(UberJar jar) throws Exception {
        assertThat(jar.entries()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("each")
    void licencesAndNoticesAreInside(UberJar jar) throws Exception {
        assertThat(jar.text("META-INF/LICENSE")).contains("Apache License", "Version 2.0, January 2004");
        assertThat(jar.text("META-INF/NOTICE")).startsWith("Acequia\n");
        if (jar.entries().stream().anyMatch(name -> name.startsWith("software/amazon/awssdk/"))) {
            assertThat(jar.text("META-INF/NOTICE.txt")).contains("Amazon");
        }
        for (JsonNode component : jar.components()) {
            List<String> licences = new ArrayList<>(component.findValuesAsText("id"));
            component.path("licenses").findValuesAsText("name").forEach(name -> licences.add(IDS.get(name)));
            assertThat(licences)
                    .as("the licences of " + component.path("purl"))
                    .isNotEmpty()
                    .doesNotContainNull();
            for (String id : licences) {
                if (!id.equals("Apache-2.0")) {
                    assertThat(jar.text("META-INF/licenses/" + id + ".txt"))
                            .as("the text of " + id + ", the licence of " + component.path("purl"))
                            .isNotEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void aConnectorsJarHasNothingOfCore(UberJar jar) throws Exception {
        assertThat(jar.classes())
                .noneMatch(name -> name.startsWith("org/slf4j/"))
                .noneMatch(name -> name.startsWith("com/esotericsoftware/"))
                .filteredOn(name -> name.startsWith("io/acequia/") && !name.startsWith("io/acequia/shaded/"))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("io/acequia/streaming/" + jar.name() + "/"));
        assertThat(jar.components())
                .extracting(component -> component.path("name").asText())
                .contains("streaming-" + jar.name())
                .doesNotContain("streaming-core", "slf4j-api", "kryo5");
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void acequiaAllHasTheClassesOfEachConnectorsJar(UberJar jar) throws Exception {
        Set<String> missing = new HashSet<>(jar.classes());
        assertThat(missing).isNotEmpty();
        missing.removeAll(new HashSet<>(UberJar.ALL.classes()));
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("connectors")
    void acequiaAllNamesTheProvidersOfEachConnectorsJar(UberJar jar) throws Exception {
        for (String service : jar.entries()) {
            if (service.startsWith("META-INF/services/") && !service.endsWith("/")) {
                assertThat(providers(UberJar.ALL, service)).containsAll(providers(jar, service));
            }
        }
        assertThat(UberJar.ALL.text("META-INF/services/io.acequia.streaming.engine.EngineProvider"))
                .isNotBlank();
    }

    private static Set<String> providers(UberJar jar, String service) throws Exception {
        Set<String> names = new HashSet<>();
        jar.text(service)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").trim())
                .filter(line -> !line.isEmpty())
                .forEach(names::add);
        return names;
    }
}
