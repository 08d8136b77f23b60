/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.pattern.Patterns;
import io.acequia.streaming.testkit.ReceiverReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each of Akka's jars has a reference.conf, and a jar that all are merged into has one: all of them, or too little. */
@Timeout(60)
class ReferenceConfTest {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @TempDir
    Path directory;

    @AfterEach
    void restore() {
        Thread.currentThread().setContextClassLoader(before);
    }

    /** The class path as it is in a merged jar: with this one reference.conf, and without classes of a package. */
    private static final class Merged extends ClassLoader {
        private final @Nullable URL reference;
        private final String without;

        Merged(@Nullable URL reference, String without) {
            super(Merged.class.getClassLoader());
            this.reference = reference;
            this.without = without;
        }

        @Override
        public @Nullable URL getResource(String name) {
            if (name.equals("reference.conf")) {
                return reference;
            }
            return name.startsWith(without) ? null : super.getResource(name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            if (name.equals("reference.conf")) {
                return Collections.enumeration(reference == null ? List.of() : List.of(reference));
            }
            return super.getResources(name);
        }
    }

    private void use(@Nullable URL reference) {
        Thread.currentThread().setContextClassLoader(new Merged(reference, "none"));
    }

    private static List<URL> references() throws Exception {
        return Collections.list(ReferenceConfTest.class.getClassLoader().getResources("reference.conf"));
    }

    private static URL reference(String jar) throws Exception {
        return references().stream()
                .filter(url -> url.toString().contains(jar))
                .findFirst()
                .orElseThrow();
    }

    private URL appended() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (URL each : references()) {
            try (InputStream in = each.openStream()) {
                in.transferTo(all);
            }
            all.write('\n');
        }
        Path merged = directory.resolve("reference.conf");
        Files.write(merged, all.toByteArray());
        return merged.toUri().toURL();
    }

    private static AkkaSource<String> local() {
        return ToldActor.builder("merged-local").build();
    }

    private static AkkaSource<String> remote() {
        return ToldActor.builder("merged-remote").remote("127.0.0.1", 0).build();
    }

    @Test
    void aMergedOneWorks() throws Exception {
        use(appended());
        for (AkkaSource<String> source : List.of(local(), remote())) {
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                Patterns.ask(ToldActor.of(source.name(), reader), "text", Duration.ofSeconds(10));
                assertThat(reader.readAll(1)).containsExactly("text");
            }
        }
    }

    @Test
    void oneOfOneJarAloneIsRefused() throws Exception {
        List<String> missing = new ArrayList<>();
        for (String jar : List.of("akka-actor", "akka-stream", "akka-remote")) {
            use(reference(jar));
            assertThatThrownBy(() -> new ReceiverReader<>(remote()))
                    .hasMessageStartingWith("ACQ-2602 ")
                    .hasMessageContaining("each reference.conf must be appended")
                    .satisfies(e -> missing.add(e.getMessage().replaceAll(".*has '|': where.*", "")));
        }
        assertThat(missing).containsExactly("akka.stream.materializer.dispatcher", "akka.version", "akka.version");
    }

    @Test
    void noneIsRefused() {
        use(null);
        assertThatThrownBy(() -> new ReceiverReader<>(local())).hasMessageStartingWith("ACQ-2602 ");
    }

    @Test
    void remotingWithoutItsJarIsRefused() throws Exception {
        Thread.currentThread().setContextClassLoader(new Merged(reference("akka-actor"), "akka/remote/"));
        assertThatThrownBy(() -> new ReceiverReader<>(remote()))
                .hasMessageStartingWith("ACQ-2603 ")
                .hasMessageContaining("akka-remote_2.13");
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("alone").build())) {
            Patterns.ask(ToldActor.of("alone", reader), "text", Duration.ofSeconds(10));
            assertThat(reader.readAll(1)).containsExactly("text");
        }
    }
}
