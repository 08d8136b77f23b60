/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * docs/migrating-from-spark.md is whole and true: each public method of Spark's Java API has a row, each row is a method of
 * Spark, and what stands there as ours can be called.
 */
class MigratingTest {
    private static final String PAGE = "docs/migrating-from-spark.md";
    private static final String FOLDER = "docs/migrating/";
    private static final String HEADER = "class\tmethod\tsince\tverdict\tours\twhy";
    private static final Set<String> VERDICTS = Set.of("present", "better", "absent");
    private static final Pattern ORIGIN =
            Pattern.compile("# org\\.apache\\.spark:\\S+:\\S+ (sha-256 [0-9a-f]{64}|from its source: \\S+)");
    private static final Pattern SETTING = Pattern.compile("Map\\.entry\\(\"(spark\\.[^\"]+)\"");

    /** A line of spark-methods.tsv; {@code since} is 1.5, 3.5 or both. */
    private record Row(String type, String method, String since, String verdict, String ours, String why) {
        static Row of(String line) {
            String[] columns = line.split("\t", -1);
            assertThat(columns).as("columns of the row '%s'", line).hasSize(6);
            return new Row(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5]);
        }

        /** As in the lists of Spark's methods. */
        String key() {
            return type + "#" + method.replaceFirst("\\(.*", "");
        }

        boolean isIn(String version) {
            return since.equals("both") || since.equals(version);
        }

        boolean isAbsent() {
            return verdict.equals("absent");
        }

        /** Such methods are only listed on the page. */
        boolean isTheSame() {
            return verdict.equals("present")
                    && why.isEmpty()
                    && !ours.startsWith("java.")
                    && ours.endsWith("." + key().substring(type.length() + 1));
        }

        /** The line of the page for any other. */
        String line() {
            String version = since.equals("both") ? "" : " (" + since + ")";
            String name = ours.isEmpty() ? "–" : "`" + ours + "`";
            return "| `" + method + "`" + version + " | " + verdict + " | " + name + " | " + why + " |";
        }
    }

    @ParameterizedTest
    @CsvSource({"1.5, spark-api-1.5.2.txt", "3.5, spark-api-3.5.9.txt"})
    void everyMethodOfSparkHasARowAndEveryRowIsAMethodOfSpark(String version, String list) {
        Set<String> methods = new TreeSet<>(methods(list));
        Set<String> written = rows().stream()
                .filter(row -> row.isIn(version))
                .map(Row::key)
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> missing = new TreeSet<>(methods);
        missing.removeAll(written);
        Set<String> unknown = new TreeSet<>(written);
        unknown.removeAll(methods);

        assertThat(missing)
                .as("methods of %s to add to spark-methods.tsv as of %s or both", list, version)
                .isEmpty();
        assertThat(unknown)
                .as("rows of spark-methods.tsv that %s does not have", list)
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"spark-api-1.5.2.txt", "spark-api-3.5.9.txt"})
    void aListSaysWhereItComesFromAndIsSorted(String list) {
        assertThat(Repository.lines(FOLDER + list))
                .filteredOn(line -> line.startsWith("#"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).matches(ORIGIN));
        assertThat(methods(list)).isNotEmpty().containsExactlyElementsOf(new TreeSet<>(methods(list)));
    }

    @Test
    void everyRowHasAVerdictAndWhatItNeeds() {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row.since()).isIn("1.5", "3.5", "both");
            assertThat(VERDICTS).as("verdicts").contains(row.verdict());
            if (row.isAbsent()) {
                assertThat(row.ours()).as("ours, of what is absent").isEmpty();
                assertThat(row.why()).as("why it is absent").isNotBlank();
            } else {
                assertThat(row.ours()).as("ours").isNotBlank();
            }
            if (row.verdict().equals("better")) {
                assertThat(row.why()).as("why it is better").isNotBlank();
            }
        });
        assertThat(rows()).doesNotHaveDuplicates();
    }

    @Test
    void whatIsOursExists() {
        Set<String> api = publicApi();
        List<String> invented = rows().stream()
                .filter(row -> !row.isAbsent())
                .filter(row -> !api.contains(row.ours()) && !isOfTheJdk(row.ours()))
                .map(row -> row.key() + ": " + row.ours())
                .toList();

        assertThat(invented)
                .as("what spark-methods.tsv says is ours and no public class has")
                .isEmpty();
    }

    @Test
    void everyRowIsOnThePageInTheSectionOfItsClass() {
        Map<String, String> sections = sections();

        assertThat(sections.keySet())
                .as("sections of %s", PAGE)
                .containsAll(rows().stream().map(Row::type).toList());
        assertThat(rows()).allSatisfy(row -> {
            String section = sections.get(row.type());
            assertThat(section).contains("`" + row.method() + "`");
            if (!row.isTheSame()) {
                assertThat(section.lines()).contains(row.line());
            }
        });
    }

    @Test
    void thePageCountsItsRows() {
        Map<String, Long> counts =
                rows().stream().collect(Collectors.groupingBy(Row::verdict, TreeMap::new, Collectors.counting()));

        assertThat(Repository.read(PAGE))
                .contains("%d present, %d better, %d absent"
                        .formatted(counts.get("present"), counts.get("better"), counts.get("absent")));
    }

    @Test
    void everySettingThatIsTakenOverIsOnThePage() {
        String settings = Repository.read("streaming-core/src/main/java/io/acequia/streaming/SparkSettings.java");
        List<String> taken = SETTING.matcher(settings)
                .results()
                .map(found -> "| `" + found.group(1) + "` |")
                .toList();

        assertThat(taken).isNotEmpty();
        assertThat(Repository.read(PAGE)).contains(taken);
    }

    private static List<Row> rows() {
        List<String> lines = Repository.lines(FOLDER + "spark-methods.tsv");
        assertThat(lines.get(0)).isEqualTo(HEADER);
        return lines.stream().skip(1).map(Row::of).toList();
    }

    private static List<String> methods(String list) {
        return Repository.lines(FOLDER + list).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    /** Public types, as {@code Type} and {@code Type.Nested}, and what can be called, as {@code Type.method} and {@code Type.new}. */
    private static Set<String> publicApi() {
        Set<String> api = new TreeSet<>();
        Repository.classes(Repository.publishedModules()).stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !type.getPackageName().contains(".internal"))
                .forEach(type -> addTo(api, type));
        return api;
    }

    private static void addTo(Set<String> api, JavaClass type) {
        String name =
                type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
        api.add(name);
        type.getAllMethods().stream()
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                .forEach(method -> api.add(name + "." + method.getName()));
        type.getConstructors().stream()
                .filter(made -> !made.getModifiers().contains(JavaModifier.PRIVATE))
                .forEach(made -> api.add(name + ".new"));
    }

    private static boolean isOfTheJdk(String ours) {
        int dot = ours.lastIndexOf('.');
        if (!ours.startsWith("java.")) {
            return false;
        }
        try {
            return Arrays.stream(Class.forName(ours.substring(0, dot)).getMethods())
                    .map(Method::getName)
                    .anyMatch(ours.substring(dot + 1)::equals);
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** The sections of the third level by their titles. */
    private static Map<String, String> sections() {
        Map<String, String> sections = new TreeMap<>();
        for (String section : Repository.read(PAGE).split("(?m)^(?=##)", -1)) {
            if (section.startsWith("### ")) {
                sections.put(section.lines().findFirst().orElseThrow().substring(4), section);
            }
        }
        return sections;
    }
}
