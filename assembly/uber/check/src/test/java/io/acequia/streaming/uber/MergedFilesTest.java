/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.uber;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What several libraries bring is joined, and what would clash is moved. */
class MergedFilesTest {
    private static final String TABLE = "(?m)^\\| `([a-z0-9.]+)` \\| moved";

    static Stream<UberJar> withAkka() {
        return Stream.of(new UberJar("akka"), UberJar.ALL);
    }

    static Stream<UberJar> each() {
        return UberJar.each().stream();
    }

    @ParameterizedTest
    @MethodSource("withAkka")
    void referenceConfHasTheDefaultsOfEveryPartOfAkka(UberJar jar) throws Exception {
        List<URL> parts =
                Collections.list(MergedFilesTest.class.getClassLoader().getResources("reference.conf"));

        assertThat(parts).hasSizeGreaterThan(3);
        for (URL part : parts) {
            try (InputStream in = part.openStream()) {
                assertThat(jar.text("reference.conf"))
                        .as("the text of " + part)
                        .contains(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
            }
        }
    }

    @Test
    void noTwoLibrariesBringTheSameClass() throws Exception {
        Map<String, List<String>> jarsByClass = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            if (entry.endsWith(".jar")) {
                try (ZipFile jar = new ZipFile(entry)) {
                    jar.stream()
                            .map(each -> each.getName())
                            .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                            .forEach(name -> jarsByClass
                                    .computeIfAbsent(name, any -> new ArrayList<>())
                                    .add(Path.of(entry).getFileName().toString()));
                }
            }
        }
        jarsByClass.values().removeIf(jars -> jars.size() == 1);

        assertThat(jarsByClass).isEmpty();
    }

    @Test
    void theGuideListsWhatIsRelocated() throws Exception {
        String pom = Files.readString(UberJar.folder("pom.xml"));

        assertThat(found("<pattern>(.*)\\.</pattern>", pom))
                .isEqualTo(relocated())
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("each")
    void nothingIsLeftWhereItWasRelocatedFrom(UberJar jar) throws Exception {
        for (String moved : relocated()) {
            assertThat(jar.classes()).noneMatch(name -> name.replaceFirst("^META-INF/versions/\\d+/", "")
                    .startsWith(moved.replace('.', '/') + "/"));
        }
    }

    private static List<String> relocated() throws Exception {
        return found(TABLE, Files.readString(UberJar.ROOT.resolve("docs/packaging.md")));
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .sorted()
                .toList();
    }
}
