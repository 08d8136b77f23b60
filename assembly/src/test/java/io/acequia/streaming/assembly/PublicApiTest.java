/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What users can name is written down in each module; adding a line there is the moment to think. */
class PublicApiTest {
    private static final String BASE = "io.acequia.streaming";

    static Stream<String> modules() {
        return Repository.publishedModules().stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void publicTypesAreThoseWrittenDown(String module) {
        String file = module + "/src/test/resources/public-api.txt";
        List<String> lines = Files.exists(Repository.ROOT.resolve(file)) ? Repository.lines(file) : List.of();
        Set<String> written = new TreeSet<>(lines);
        Set<String> actual = new TreeSet<>();
        publicTypes(module).forEach(type -> actual.add(type.getName().replace('$', '.')));

        Set<String> added = new TreeSet<>(actual);
        added.removeAll(written);
        Set<String> gone = new TreeSet<>(written);
        gone.removeAll(actual);
        if (!added.isEmpty() || !gone.isEmpty()) {
            fail("%s differs from the code.%nAdd, when users should name them for ever:%n%s%nRemove:%n%s"
                    .formatted(file, String.join("\n", added), String.join("\n", gone)));
        }
        assertThat(lines).as("%s is sorted, each type once", file).containsExactlyElementsOf(written);
    }

    @ParameterizedTest(name = "{0}: at most {1} top-level types in {2}")
    @CsvSource({
        "application, 50, ' .data .function'",
        "SPI,         45, '.receiver .direct .storage .engine'",
        "listener,    20, '.listener'"
    })
    void eachGroupOfCoreKeepsItsBudget(String group, int budget, String suffixes) {
        Set<String> packages = new TreeSet<>();
        for (String suffix : suffixes.split(" ", -1)) {
            packages.add(BASE + suffix);
        }
        List<String> types = publicTypes("streaming-core")
                .filter(type -> type.getEnclosingClass().isEmpty() && packages.contains(type.getPackageName()))
                .map(JavaClass::getName)
                .toList();

        assertThat(types)
                .as("public types for %s authors: make one package-private before adding another", group)
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(budget);
    }

    @Test
    void aNestedTypeOfAHiddenOneIsHidden() {
        assertThat(publicTypes("streaming-core").map(JavaClass::getName))
                .contains(BASE + ".StreamingConf$Key")
                .doesNotContain(BASE + ".StreamingConf$Origin");
    }

    private static Stream<JavaClass> publicTypes(String module) {
        return Repository.classes(List.of(module)).stream()
                .filter(type -> !type.getPackageName().startsWith(BASE + ".internal"))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .filter(PublicApiTest::isVisible);
    }

    private static boolean isVisible(JavaClass type) {
        if (!type.getModifiers().contains(JavaModifier.PUBLIC) || type.isAnonymousClass()) {
            return false;
        }
        Optional<JavaClass> enclosing = type.getEnclosingClass();
        return enclosing.isEmpty() || isVisible(enclosing.get());
    }
}
