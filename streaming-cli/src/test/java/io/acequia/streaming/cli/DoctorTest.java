/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault of packaging is found and named, and what only looks like one is not. */
class DoctorTest extends SpoiledJar {
    private static final String ENGINE = "META-INF/services/io.acequia.streaming.engine.EngineProvider";
    private static final String DRIVERS = "META-INF/services/java.sql.Driver";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String CORE = "io/acequia/streaming/StreamingContext.class";

    @Test
    void nothingIsFoundInAGoodJar() throws IOException {
        assertThat(faults()).isEmpty();
    }

    @Test
    void servicesNotMergedOfOthers() throws IOException {
        jar.with(DRIVERS, "org.h2.Driver\n");

        isFound("ACQ-2243 services not merged", DRIVERS + " lacks org.postgresql.Driver");
    }

    @Test
    void servicesNotMergedOfOurs() throws IOException {
        jar.with(WrittenClass.of("app/Tape$Provider").implementing("io/acequia/streaming/storage/StorageProvider"));

        isFound("ACQ-2243", "io.acequia.streaming.storage.StorageProvider lacks app.Tape$Provider");
    }

    @Test
    void missingConnectorService() throws IOException {
        jar.with(WrittenClass.of("io/acequia/streaming/spark/SparkEngineProvider")
                .implementing("io/acequia/streaming/engine/EngineProvider"));

        isFound("ACQ-2243", ENGINE + " lacks io.acequia.streaming.spark.SparkEngineProvider;");
    }

    @Test
    void missingFileOfAConnectorService() throws IOException {
        jar.without(ENGINE);

        isFound("ACQ-2243", ENGINE + " lacks io.acequia.streaming.internal.local.LocalEngineProvider;");
    }

    @Test
    void servicesInTwoFilesOfOneName() throws IOException {
        jar.with("META-INF/services/app.Spi", "app.Orders\n")
                .with(WrittenClass.of("app/Other"))
                .again("META-INF/services/app.Spi", "app.Other\n");

        assertThat(faults()).singleElement().satisfies(line -> assertThat(line)
                .containsPattern("ACQ-2243 .* META-INF/services/app.Spi lacks app.O"));
    }

    @Test
    void aClassThatNoServiceLoaderCouldMakeNeedsNoService() throws IOException {
        jar.with(WrittenClass.of("app/Tape").hidden().implementing("io/acequia/streaming/storage/StorageProvider"))
                .with(WrittenClass.of("app/Named").naming("io/acequia/streaming/storage/StorageProvider"));

        assertThat(faults()).isEmpty();
    }

    @Test
    void missingProvider() throws IOException {
        jar.with(ENGINE, "io.acequia.streaming.internal.local.LocalEngineProvider\napp.Gone\n");

        isFound("ACQ-2244 provider of a service missing", ENGINE + " names app.Gone;");
    }

    @Test
    void providersOfTwoFilesJoinedWithoutALineEnd() throws IOException {
        jar.without("org/postgresql/Driver.class").without("org/h2/Driver.class");
        jar.with(DRIVERS, "org.postgresql.Driverorg.h2.Driver");

        isFound("ACQ-2244", "names org.postgresql.Driverorg.h2.Driver");
    }

    @Test
    void aProviderOfTheJdkOrForANewerJavaIsThere() throws IOException {
        jar.with("META-INF/services/java.util.spi.ToolProvider", "java.lang.String\n\n  # none\napp.New\n")
                .with(
                        "META-INF/versions/9/app/New.class",
                        WrittenClass.of("app/New").bytes());

        assertThat(faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.codehaus.groovy.runtime.ExtensionModule",
                "org/apache/camel/component/x",
                "nested/app.Spi",
                "app-with-a.dash"
            })
    void aFileThatNoServiceLoaderReadsIsNoService(String name) throws IOException {
        jar.with("META-INF/services/" + name, name.startsWith("org.codehaus") ? "moduleName=x\n" : "app.Gone\n");

        assertThat(faults()).isEmpty();
    }

    @Test
    void referenceConfNotMerged() throws IOException {
        jar.with("reference.conf", "akka { remote { watch-failure-detector {} }, actor { serializers {} } }");

        isFound("ACQ-2245 reference.conf not merged", "lacks akka.actor.default-dispatcher;");
    }

    @Test
    void referenceConfIsNotThere() throws IOException {
        jar.without("reference.conf");

        isFound("ACQ-2245", "reference.conf is not there", "and 1 more");
    }

    @Test
    void referenceConfMayIncludeItsParts() throws IOException {
        jar.with("reference.conf", "include \"actor\"\ninclude classpath(\"remote.conf\")\n")
                .with("actor.conf", "akka.actor.default-dispatcher.type = Dispatcher\nakka.actor.default-dispatcher {}")
                .with("remote.conf", "include \"remote.conf\"\nakka.remote.watch-failure-detector { }");

        assertThat(faults()).isEmpty();
    }

    @Test
    void akkaElsewhereNeedsNoDefaults() throws IOException {
        jar.without("reference.conf")
                .without("akka/actor/ActorSystem.class")
                .without("akka/remote/RemoteActorRefProvider.class")
                .with(WrittenClass.of("app/Calls").naming("akka/actor/ActorSystem"));

        assertThat(faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"META-INF/BC.SF", "META-INF/BC.RSA", "META-INF/ECLIPSE_.DSA", "META-INF/x.EC", "META-INF/bc.rsa"
            })
    void signatureLeft(String name) throws IOException {
        jar.with(name, "Signature-Version: 1.0\r\n");

        isFound("ACQ-2246 signature of another JAR left", name);
    }

    @Test
    void aJarThatIsSignedAsAWholeHasASignature() throws IOException {
        StringBuilder manifest = new StringBuilder("Manifest-Version: 1.0\r\n\r\n");
        try (JarContent content = open(jar.in(dir))) {
            content.classes()
                    .keySet()
                    .forEach(name -> manifest.append("Name: " + name + "\r\nSHA-256-Digest: AAAA\r\n\r\n"));
        }
        jar.with(MANIFEST, manifest.toString()).with("META-INF/ME.SF", "").with("META-INF/ME.RSA", "");

        assertThat(faults()).isEmpty();

        jar.with(WrittenClass.of("app/Unsigned"));
        isFound("ACQ-2246", "META-INF/ME.SF and 1 more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"META-INF/legal/BC.SF", "app/x.RSA", "META-INF/README.SFX"})
    void aFileElsewhereIsNoSignature(String name) throws IOException {
        jar.with(name, "text");

        assertThat(faults()).isEmpty();
    }

    @Test
    void coreMissing() throws IOException {
        jar.without(CORE);

        isFound("ACQ-2253 core missing", "app/Orders.class needs io.acequia.streaming.StreamingContext");
        assertThat(faults("--provided")).isEmpty();
    }

    @Test
    void aProgramThatOnlySpeaksOfAcequiaNeedsNoCore() throws IOException {
        jar.without(CORE)
                .with(WrittenClass.of("app/Orders").saying("io/acequia/streaming/StreamingContext"))
                .with(WrittenClass.of("io/acequia/streaming/flume/sink/PollingSink")
                        .naming("io/acequia/streaming/flume/sink/Frames"))
                .with(WrittenClass.of("io/acequia/streaming/flume/sink/Frames"));

        assertThat(faults()).isEmpty();
    }

    @Test
    void whatIsInAJarInsideIsNotMissing() throws IOException {
        jar.without(CORE).without("reference.conf");
        jar.with(DRIVERS, "app.Gone").with("BOOT-INF/lib/streaming-core.jar", "");

        assertThat(faults()).isEmpty();
        assertThat(acequia("doctor", jar.in(dir).toString()).out()).contains("there are JARs inside");
    }

    /** Fault F47: a JAR is read and not unpacked, whatever its entries are called. */
    @Test
    void aNameThatLeadsOutIsAnEntryLikeOthers() throws IOException {
        List<String> names = List.of(
                "../secret.class",
                "../../META-INF/services/x.Y",
                "/secret",
                "a/../../secret.class",
                "..\\secret",
                "C:\\secret",
                "\\\\host\\share",
                "x".repeat(300) + "/.class",
                "META-INF/services/../../secret");
        names.forEach(name -> jar.with(name, "app.Gone"));
        Path written = jar.in(dir);

        assertThat(acequia("doctor", written.toString()).exitCode()).isZero();
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).containsExactly(written);
        }
        assertThat(dir.resolveSibling("secret")).doesNotExist();
        assertThat(dir.resolveSibling("secret.class")).doesNotExist();
    }

    @Test
    void everyFaultIsToldInItsLine() throws IOException {
        jar.without(CORE)
                .without("reference.conf")
                .with("module-info.class", "no class file")
                .with("META-INF/\u001b[31m.SF", "")
                .again("org/h2/Driver.class", "");

        assertThat(faults())
                .extracting(line -> line.substring(0, 8))
                .containsExactly("ACQ-2245", "ACQ-2246", "ACQ-2251", "ACQ-2247", "ACQ-2253");
        assertThat(faults().get(1)).contains("META-INF/\\u001b[31m.SF");
    }

    private static JarContent open(Path path) throws IOException {
        return JarContent.open(path, new Progress(new StandingClock(), new PrintWriter(System.err), "", 0));
    }
}
