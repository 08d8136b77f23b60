/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes that are in a JAR twice, in two versions, or that do not belong there, and what only looks like it. */
class DoctorOfClassesTest extends SpoiledJar {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String KAFKA_POM = "META-INF/maven/org.apache.kafka/kafka-clients/pom.properties";
    private static final int HERE = Runtime.version().feature();

    @Test
    void duplicateClass() throws IOException {
        jar.again("app/Orders.class", WrittenClass.of("app/Orders").forJava(11).bytes());

        isFound("ACQ-2247 class twice", "app/Orders.class");
    }

    @Test
    void aClassForANewerJavaAndATextTwiceAreNoDoubles() throws IOException {
        jar.with(
                        "META-INF/versions/9/app/Orders.class",
                        WrittenClass.of("app/Orders").bytes())
                .with("META-INF/LICENSE", "one")
                .again("META-INF/LICENSE", "two");

        assertThat(faults()).isEmpty();
    }

    @Test
    void twoVersionsOfAClient() throws IOException {
        jar.again(KAFKA_POM, "version=3.9.0\n");

        isFound("ACQ-2248 two versions of an artifact", "org.apache.kafka:kafka-clients 3.9.0 and 4.3.1");
    }

    @Test
    void twoVersionsWhereOneIsInAFolder() throws IOException {
        jar.with("shaded/" + KAFKA_POM, "version=3.9.0\n");

        isFound("ACQ-2248", "3.9.0 and 4.3.1");
    }

    @Test
    void oneVersionTwiceAndAnotherGroupAreNoTwoVersions() throws IOException {
        jar.again(KAFKA_POM, "#made\nversion=4.3.1\n")
                .with("META-INF/maven/org.lz4/lz4-java/pom.properties", "version=1.8.0")
                .with("META-INF/maven/at.yawk.lz4/lz4-java/pom.properties", "version=1.10.2")
                .with("META-INF/maven/at.yawk.lz4/none/pom.properties", "");

        assertThat(faults()).isEmpty();
    }

    @Test
    void unrelocatedNettyBesideAUsersByItsPoms() throws IOException {
        jar.with(WrittenClass.of("io/netty/util/Version"))
                .with("META-INF/maven/io.netty/netty-common/pom.properties", "version=4.2.13.Final")
                .with("META-INF/maven/io.netty/netty-buffer/pom.properties", "version=4.1.130.Final");

        isFound("ACQ-2249 two versions of Netty", "netty-buffer 4.1.130.Final, netty-common 4.2.13.Final");
    }

    @Test
    void unrelocatedNettyBesideAUsersByItsOwnList() throws IOException {
        jar.with(WrittenClass.of("io/netty/util/Version"))
                .with("META-INF/io.netty.versions.properties", "netty-common.version=4.1.130.Final\n")
                .again("META-INF/io.netty.versions.properties", "netty-buffer.version=4.2.13.Final\n");

        isFound("ACQ-2249", "netty-common 4.1.130.Final, netty-buffer 4.2.13.Final");
    }

    @Test
    void twoVersionsOfAPartOfNettyAreToldOnce() throws IOException {
        jar.with(WrittenClass.of("io/netty/util/Version"))
                .with("META-INF/maven/io.netty/netty-common/pom.properties", "version=4.2.13.Final")
                .again("META-INF/maven/io.netty/netty-common/pom.properties", "version=4.1.130.Final");

        isFound("ACQ-2249", "netty-common 4.1.130.Final, netty-common 4.2.13.Final");
    }

    @Test
    void oneNettyWithPartsThatCountTheirOwnVersionsIsOne() throws IOException {
        jar.with(WrittenClass.of("io/netty/util/Version"))
                .with("META-INF/maven/io.netty/netty-common/pom.properties", "version=4.1.130.Final")
                .with("META-INF/maven/io.netty/netty-tcnative-classes/pom.properties", "version=2.0.46.Final")
                .with("META-INF/maven/io.netty/netty/pom.properties", "version=3.10.6.Final")
                .with("META-INF/io.netty.versions.properties", "netty-buffer.version=4.1.130.Final\nnetty-x.date=now");

        assertThat(faults()).isEmpty();
    }

    @Test
    void aRelocatedNettyBesideAUsersIsNoFault() throws IOException {
        jar.with(WrittenClass.of("io/netty/util/Version"))
                .with(WrittenClass.of("io/grpc/netty/shaded/io/netty/util/Version"))
                .with("META-INF/maven/io.netty/netty-common/pom.properties", "version=4.2.13.Final")
                .with("META-INF/io.netty.versions.properties", "netty-buffer.version=4.1.130.Final\n");

        assertThat(faults()).isEmpty();
    }

    @Test
    void sparkClassInside() throws IOException {
        jar.with(WrittenClass.of("org/apache/spark/SparkContext")).with(WrittenClass.of("org/apache/spark/rdd/RDD"));

        isFound("ACQ-2250 Spark inside", "org/apache/spark/SparkContext.class and 1 more");
    }

    @Test
    void aClassThatUsesSparkIsNotSpark() throws IOException {
        jar.with(WrittenClass.of("app/OnSpark").naming("org/apache/spark/SparkContext"))
                .with(WrittenClass.of("org/apache/sparkling/Water"))
                .with("org/apache/spark/log4j2-defaults.properties", "");

        assertThat(faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"module-info.class", "META-INF/versions/9/module-info.class"})
    void moduleInfoLeft(String name) throws IOException {
        jar.with(name, WrittenClass.of("module-info").bytes());

        isFound("ACQ-2251 description of a module left", name);
    }

    @Test
    void aDescriptionElsewhereOrOfAPackageIsNotThatOfAModule() throws IOException {
        jar.with(WrittenClass.of("app/module-info")).with(WrittenClass.of("app/package-info"));

        assertThat(faults()).isEmpty();
    }

    @Test
    void wrongJdkHere() throws IOException {
        jar.with(WrittenClass.of("app/New").forJava(HERE + 1));

        isFound("ACQ-2252 classes for a newer Java", "app/New.class (Java " + (HERE + 1) + ", to be run on " + HERE);
        assertThat(faults("--jdk", "" + (HERE + 1))).isEmpty();
    }

    @Test
    void wrongJdkItIsFor() throws IOException {
        jar.with(WrittenClass.of("app/New").forJava(18)).with(WrittenClass.of("app/Same"));

        assertThat(faults("--jdk", "17"))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("ACQ-2252").contains("app/New.class (Java 18"));
        assertThat(faults("--jdk", "18")).isEmpty();

        jar.with(MANIFEST, "Manifest-Version: 1.0\r\nBuild-Jdk-Spec: 17\r\n\r\n");
        isFound("ACQ-2252", "app/New.class (Java 18, to be run on 17)");
    }

    @Test
    void classesThatTheJavaItIsForDoesNotSeeMayBeNewer() throws IOException {
        byte[] newer = WrittenClass.of("app/Orders").forJava(21).bytes();
        jar.with("META-INF/versions/21/app/Orders.class", newer);
        assertThat(faults("--jdk", "17")).isEmpty();

        jar.with("META-INF/versions/17/app/Orders.class", newer);
        assertThat(faults("--jdk", "17"))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("ACQ-2252").contains("versions/17/app/Orders.class ("));

        jar.with(MANIFEST, "Manifest-Version: 1.0\r\n\r\n");
        assertThat(faults("--jdk", "17")).isEmpty();
    }
}
