/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may see whom: ARCHITECTURE.md as rules. Arrows point inwards, to plain values. */
class PackageRulesTest {
    private static final String BASE = "io.acequia.streaming";
    private static final String INTERNAL = BASE + ".internal..";

    /** The API classes that make what lives in {@code internal}; everything else asks them. */
    private static final Set<String> FACTORIES = Set.of(BASE + ".StreamingContext", BASE + ".BatchContext");

    private static final JavaClasses CORE = Repository.classes(List.of("streaming-core"));
    private static final JavaClasses ALL = Repository.classes(Repository.modules());

    @ParameterizedTest(name = "{0} sees only {1}")
    @CsvSource(
            value = {
                "data,     ''",
                "function, data",
                "receiver, data function",
                "direct,   data function receiver",
                "storage,  data",
                "listener, data",
                "engine,   data function receiver direct storage"
            })
    void publicPackagesSeeOnlyWhatIsFurtherIn(String name, String seen) {
        List<String> allowed = packages(seen);
        allowed.add(BASE + "." + name);
        allowed.addAll(List.of("java..", "org.jspecify.."));

        classes()
                .that()
                .resideInAPackage(BASE + "." + name)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                .because("whoever writes against " + name + " must not drag in more than they use; put the class into a"
                        + " package further out, or what it needs into one further in")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void theApplicationPackageNamesInternalsInItsTwoFactoriesAlone() {
        noClasses()
                .that()
                .resideInAPackage(BASE)
                .and(not(belongToAFactory()))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(INTERNAL)
                .because("an API that names its implementation cannot change it; StreamingContext and BatchContext make"
                        + " everything")
                .check(CORE);
    }

    @Test
    void theLocalEngineHasNoPrivilegeThatAnotherEngineLacks() {
        List<String> allowed =
                packages("engine receiver direct storage data function internal.memory internal.store internal.engines"
                        + " internal.local");
        allowed.addAll(List.of("java..", "org.jspecify..", "org.slf4j.."));

        classes()
                .that()
                .resideInAPackage(BASE + ".internal.local..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                .because("what the local engine needs beyond the engine SPI, no other engine could get")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void theSparkEngineSeesWhatTheLocalOneSeesAndSpark() {
        List<String> allowed = packages(
                "engine receiver direct storage data function internal.memory internal.store internal.engines");
        allowed.addAll(List.of(
                BASE,
                BASE + ".spark",
                "java..",
                "scala..",
                "org.apache.spark..",
                "org.apache.hadoop..",
                "org.jspecify..",
                "org.slf4j.."));

        classes()
                .that()
                .resideInAPackage(BASE + ".spark..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                .because("the engine SPI is enough for an engine, and Spark is all that this one may bring")
                .check(ALL);
    }

    @Test
    void theLogSeesItsStorageAlone() {
        List<String> allowed = packages("storage data internal.log");
        allowed.addAll(List.of("java..", "org.jspecify..", "org.slf4j.."));

        classes()
                .that()
                .resideInAPackage(BASE + ".internal.log..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                .because("what must survive a crash is read by itself: neither blocks nor batches change its meaning")
                .check(CORE);
    }

    @Test
    void internalPackagesHaveNoCycles() {
        slices().matching(BASE + ".internal.(*)..")
                .should()
                .beFreeOfCycles()
                .because("packages in a cycle are one package that nobody can read in parts")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void coreStandsOnThreeSmallLibraries() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        BASE + "..", "java..", "org.slf4j..", "org.jspecify..", "com.esotericsoftware.."))
                .because("whatever core needs, every user carries; another library needs a decision in docs/adr")
                .check(CORE);
    }

    @Test
    void internalsAreSeenByCoreAndItsOwnToolsAlone() {
        noClasses()
                .that(not(resideInAnyPackage(
                        BASE,
                        INTERNAL,
                        BASE + ".spark..",
                        BASE + ".testkit..",
                        BASE + ".cli..",
                        BASE + ".benchmarks..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(INTERNAL)
                .because(
                        "internals change with every release; what a connector or an example needs belongs into the API")
                .check(ALL);
    }

    @ParameterizedTest(name = "streaming-{0} sees only {1}")
    @CsvSource({
        "jdbc, data function, javax.sql",
        "kafka, data direct function receiver, org.apache.kafka",
        "mqtt, data function receiver, org.eclipse.paho javax.net",
        "zeromq, data function receiver, org.zeromq zmq",
        "akka, data function receiver, akka com.typesafe.config scala",
        "flume, data function receiver, org.apache.flume org.apache.avro io.netty javax.net",
        "flume.sink, '', org.apache.flume",
        "kinesis, data function receiver direct, software.amazon io.netty javax.net",
        "twitter, data function receiver, twitter4j com.fasterxml.jackson javax.net"
    })
    void aConnectorSeesTheApiAndItsClientAlone(String name, String seen, String client) {
        List<String> allowed = packages(seen);
        allowed.addAll(List.of(BASE, BASE + "." + name, "java..", "org.slf4j..", "org.jspecify.."));
        for (String of : client.split(" ")) {
            allowed.add(of + "..");
        }

        classes()
                .that()
                .resideInAPackage(BASE + "." + name)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
                .because("a connector that sees another, or an engine, ties users to both")
                .check(ALL);
    }

    @Test
    void nothingInCoreSeesAnotherModule() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        BASE + ".testkit..",
                        BASE + ".jdbc..",
                        BASE + ".kafka..",
                        BASE + ".mqtt..",
                        BASE + ".zeromq..",
                        BASE + ".akka..",
                        BASE + ".flume..",
                        BASE + ".kinesis..",
                        BASE + ".twitter..",
                        BASE + ".spark..",
                        BASE + ".cli..",
                        BASE + ".examples..",
                        BASE + ".benchmarks.."))
                .because("arrows point inwards, and core is the middle")
                .check(CORE);
    }

    private static DescribedPredicate<JavaClass> belongToAFactory() {
        return DescribedPredicate.describe(
                "belong to " + FACTORIES,
                type -> FACTORIES.contains(type.getName().replaceFirst("\\$.*", "")));
    }

    private static List<String> packages(String names) {
        List<String> packages = new ArrayList<>();
        if (!names.isBlank()) {
            Collections.addAll(packages, names.trim().split(" +"));
        }
        packages.replaceAll(name -> BASE + "." + name);
        return packages;
    }
}
