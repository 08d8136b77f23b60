/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.uber;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A JAR that was built beside this module. */
record UberJar(String name) {
    static final Path ROOT = findRoot();
    static final String VERSION = "0.1.0";
    static final UberJar ALL = new UberJar("all");

    static List<UberJar> connectors() {
        return Stream.of("kafka", "mqtt", "zeromq", "akka", "flume", "kinesis", "twitter")
                .map(UberJar::new)
                .toList();
    }

    static List<UberJar> each() {
        List<UberJar> all = new ArrayList<>(connectors());
        all.add(ALL);
        return all;
    }

    static Path folder(String module) {
        return ROOT.resolve("assembly/uber").resolve(module);
    }

    Path path() {
        return file(".jar");
    }

    private Path file(String end) {
        Path file = folder(name).resolve("target/acequia-" + name + "-" + VERSION + end);
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException("there is no " + file + ": build it by mvn -Pfast,uber -Dmaven.test.skip=true package");
        }
        return file;
    }

    /** In the order of the file, with those that are there twice. */
    List<String> entries() throws IOException {
        try (ZipFile zip = new ZipFile(path().toFile())) {
            return zip.stream().map(ZipEntry::getName).toList();
        }
    }

    List<String> classes() throws IOException {
        return entries().stream().filter(name -> name.endsWith(".class")).toList();
    }

    /** Empty when it is not inside. */
    String text(String entry) throws IOException {
        try (ZipFile jar = new ZipFile(path().toFile())) {
            ZipEntry found = jar.getEntry(entry);
            if (found == null) {
                return "";
            }
            try (InputStream in = jar.getInputStream(found)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    /** What its SBOM lists. */
    List<JsonNode> components() throws IOException {
        JsonNode bom = new ObjectMapper().readTree(file(".cdx.json").toFile());
        return StreamSupport.stream(bom.path("components").spliterator(), false).toList();
    }

    @Override
    public String toString() {
        return "acequia-" + name;
    }

    private static Path findRoot() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("streaming-core"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
