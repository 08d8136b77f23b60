/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A JAR in the making, that may have a name twice. */
final class WrittenJar {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final List<Map.Entry<String, byte[]>> again = new ArrayList<>();

    /** Without an entry. */
    static WrittenJar empty() {
        return new WrittenJar();
    }

    /** An uber JAR as it should be: a program, the core with its engine, two loggers, a database and Akka. */
    static WrittenJar good() {
        return empty().with(
                        "META-INF/MANIFEST.MF",
                        "Manifest-Version: 1.0\r\nMain-Class: app.Orders\r\nMulti-Release: true\r\n\r\n")
                .with(WrittenClass.of("app/Orders").naming("io/acequia/streaming/StreamingContext"))
                .with(WrittenClass.of("io/acequia/streaming/StreamingContext"))
                .with(WrittenClass.of("io/acequia/streaming/engine/EngineProvider"))
                .with(WrittenClass.of("io/acequia/streaming/internal/local/LocalEngineProvider")
                        .implementing("io/acequia/streaming/engine/EngineProvider"))
                .with(
                        "META-INF/services/io.acequia.streaming.engine.EngineProvider",
                        "io.acequia.streaming.internal.local.LocalEngineProvider\n")
                .with(WrittenClass.of("org/postgresql/Driver"))
                .with(WrittenClass.of("org/h2/Driver"))
                .with("META-INF/services/java.sql.Driver", "org.postgresql.Driver\n# of H2\norg.h2.Driver # too\n")
                .with(WrittenClass.of("akka/actor/ActorSystem"))
                .with(WrittenClass.of("akka/remote/RemoteActorRefProvider"))
                .with(
                        "reference.conf",
                        "akka { actor { default-dispatcher { type = Dispatcher } } }\n"
                                + "akka.remote { watch-failure-detector = {} }\n")
                .with("META-INF/maven/org.apache.kafka/kafka-clients/pom.properties", "version=4.3.1\n");
    }

    WrittenJar with(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    WrittenJar with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    WrittenJar with(WrittenClass type) {
        return with(type.name() + ".class", type.bytes());
    }

    WrittenJar without(String name) {
        if (entries.remove(name) == null) {
            throw new IllegalArgumentException(name);
        }
        return this;
    }

    /** One more entry of a name that is there; a JVM finds the one that was there before, or this one. */
    WrittenJar again(String name, byte[] content) {
        again.add(Map.entry(name, content));
        return this;
    }

    WrittenJar again(String name, String content) {
        return again(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes it into a folder. */
    Path in(Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                put(zip, entry.getKey(), entry.getValue());
            }
            for (Map.Entry<String, byte[]> entry : again) {
                put(zip, "\1" + entry.getKey().substring(1), entry.getValue());
            }
        }
        String content = bytes.toString(StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, byte[]> entry : again) {
            content = content.replace("\1" + entry.getKey().substring(1), entry.getKey());
        }
        return Files.write(folder.resolve("app.jar"), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
