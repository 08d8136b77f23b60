/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.acequia.streaming.assembly.Repository.Source;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names and sizes that keep the house readable. */
class HouseStyleTest {
    private static final Pattern EMPTY_NAME = Pattern.compile("(Abstract.*|.*(Impl|Manager|Helper|Utils))");
    private static final Pattern EVASION = Pattern.compile(
            "@Disabled|Thread\\.sleep\\(|assumeTrue\\(|assumeFalse\\(|assumeThat\\(|\\bAwaitility\\b|\\bMockito\\b");

    private static final int LARGE = 500;
    private static final int ESSAY = 12;

    @Test
    void noNameSaysNothing() {
        List<String> names = Repository.classes(Repository.modules()).stream()
                .filter(type -> EMPTY_NAME.matcher(type.getSimpleName()).matches())
                .map(JavaClass::getName)
                .toList();

        assertThat(names)
                .as("names ending in Impl, Manager, Helper, Utils or starting with Abstract say how, not what: name the"
                        + " thing by what it is")
                .isEmpty();
    }

    @Test
    void aLargeClassExplainsItselfAtTheTop() {
        List<String> unexplained = Repository.mainSources().stream()
                .filter(source -> source.lines().size() > LARGE && essayLines(source) <= ESSAY)
                .map(source -> source + ": " + source.lines().size() + " lines, " + essayLines(source) + " of Javadoc")
                .toList();

        assertThat(unexplained)
                .as(
                        "a class of more than %d lines is two classes, or begins with an essay of more than %d lines",
                        LARGE, ESSAY)
                .isEmpty();
    }

    @Test
    void noTestSleepsOrSkipsOrMocks() {
        List<String> found = Repository.testSourcesAndSuites().stream()
                .filter(source -> !source.path().endsWith("HouseStyleTest.java"))
                .filter(source -> EVASION.matcher(source.text()).find())
                .map(Source::toString)
                .toList();

        assertThat(found)
                .as("a test owns its clock, always runs, and uses the fakes of the test kit")
                .isEmpty();
    }

    /** Lines of the Javadoc that stands last before the first type of the file. */
    private static int essayLines(Source source) {
        int lines = 0;
        boolean inside = false;
        for (String line : source.lines()) {
            String text = line.trim();
            if (text.startsWith("/**")) {
                inside = true;
                lines = 0;
            }
            if (inside) {
                lines++;
                inside = !text.endsWith("*/");
            } else if (text.matches("(public |final |abstract |sealed )*(class|interface|enum|record) .*")) {
                return lines;
            }
        }
        return 0;
    }
}
