/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** An open JAR: its names, its class files, and its texts when they are asked for. Nothing of it is run or unpacked. */
final class JarContent implements AutoCloseable {
    private static final int LONGEST = 16 << 20;
    private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d{1,4})/");
    private static final Pattern JAR_INSIDE = Pattern.compile("((BOOT-INF/|WEB-INF/)?lib|main)/.*\\.jar");

    private final Path path;
    private final JarFile file;
    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> twice = new LinkedHashSet<>();
    private final Set<String> visible = new HashSet<>();
    private final Map<String, ClassFile> classes = new LinkedHashMap<>();
    private final Manifest manifest = new Manifest();

    private JarContent(Path path, JarFile file) {
        this.path = path;
        this.file = file;
    }

    /**
     * Opens a JAR and reads its class files.
     *
     * @throws ZipException when it is none
     * @throws EOFException when it ends too early
     * @throws DataRefusedException when something in it cannot be read
     */
    static JarContent open(Path path, Progress progress) throws IOException {
        JarFile file = new JarFile(path.toFile(), false);
        try {
            JarContent content = new JarContent(path, file);
            content.readClasses(progress);
            content.readManifest();
            return content;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void readClasses(Progress progress) throws IOException {
        for (JarEntry entry : entries()) {
            String name = entry.getName();
            visible.add(VERSIONED.matcher(name).replaceFirst(""));
            if (!names.add(name)) {
                twice.add(name);
            } else if (name.endsWith(".class")) {
                ClassFile.of(bytes(name)).ifPresent(read -> classes.put(name, read));
            }
            progress.add(Math.max(0, entry.getCompressedSize()));
        }
    }

    private List<JarEntry> entries() throws ZipException {
        try {
            return Collections.list(file.entries());
        } catch (IllegalArgumentException e) {
            throw new ZipException("a name in it is no text");
        }
    }

    private void readManifest() throws DataRefusedException {
        if (names.contains(JarFile.MANIFEST_NAME)) {
            byte[] bytes = bytes(JarFile.MANIFEST_NAME);
            try {
                manifest.read(new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw unreadable(JarFile.MANIFEST_NAME, e);
            }
        }
    }

    /** The names of all entries, each once, in their order. */
    Set<String> names() {
        return names;
    }

    /** The names that two or more entries have. */
    Set<String> twice() {
        return twice;
    }

    /** The class files by the names of their entries. */
    Map<String, ClassFile> classes() {
        return classes;
    }

    /** Whether it has a class, for any Java. */
    boolean hasClass(String name) {
        return visible.contains(name.replace('.', '/') + ".class");
    }

    /** The Java from which on a JVM sees an entry: N for META-INF/versions/N, else 0. */
    static int version(String name) {
        Matcher versioned = VERSIONED.matcher(name);
        return versioned.lookingAt() ? Integer.parseInt(versioned.group(1)) : 0;
    }

    /** Whether there are JARs inside, for a class loader of their own: what is missing may be in those. */
    boolean hasJarsInside() {
        return names.stream().anyMatch(name -> JAR_INSIDE.matcher(name).matches());
    }

    /** An empty one when there is none. */
    Manifest manifest() {
        return manifest;
    }

    /** The text of an entry, of the one that a JVM finds when there are several; empty when there is none. */
    String text(String name) throws DataRefusedException {
        return names.contains(name) ? new String(bytes(name), StandardCharsets.UTF_8) : "";
    }

    /** The texts of all entries of that name. */
    List<String> texts(String name) throws DataRefusedException {
        if (!twice.contains(name)) {
            return List.of(text(name));
        }
        List<String> texts = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(path))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().equals(name)) {
                    texts.add(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(name, e);
        }
        return texts;
    }

    /** The properties in all entries of that name. */
    List<Properties> properties(String name) throws DataRefusedException {
        List<Properties> all = new ArrayList<>();
        for (String text : texts(name)) {
            Properties properties = new Properties();
            try (InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1))) {
                properties.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw unreadable(name, e);
            }
            all.add(properties);
        }
        return all;
    }

    private byte[] bytes(String name) throws DataRefusedException {
        try (InputStream in = file.getInputStream(new ZipEntry(name))) {
            return in.readNBytes(LONGEST);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private DataRefusedException unreadable(String name, Exception why) {
        return new DataRefusedException("ACQ-2242 " + Printable.line(name) + " in " + path
                + " cannot be read, so the JAR is damaged: build or copy it anew: " + why.getMessage());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
