/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The file in a checkpoint directory that says how a job is: lines {@code key=value}, replaced as a whole, so a reader sees
 * the old or the new. It is for people and tools, and nothing of a job depends on it: it is never forced, no start reads it,
 * and it goes past the storage of the job, whose every change is a place where the rigs end processes.
 */
public final class StatusFile {
    /** Its name. */
    public static final String NAME = "status";

    private static final String NEW = "status.new";
    private static final Path KERNELS_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path KERNELS_NAMESPACE = Path.of("/proc/self/ns/pid");
    private static final long MOST_BYTES = 1 << 20;

    private final Path folder;

    private StatusFile(Path folder) {
        this.folder = folder;
    }

    /** The one of a directory. */
    public static StatusFile in(Path folder) {
        return new StatusFile(folder);
    }

    /** The one of a storage that is a folder of a local disk; empty for another storage. */
    public static Optional<StatusFile> in(String uri) {
        try {
            return uri.startsWith("file:") ? Optional.of(in(Path.of(URI.create(uri)))) : Optional.empty();
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Replaces it. */
    public void write(Map<String, String> entries) throws IOException {
        StringBuilder text = new StringBuilder();
        entries.forEach((key, value) ->
                text.append(key).append('=').append(escaped(value)).append('\n'));
        Path fresh = folder.resolve(NEW);
        Files.writeString(fresh, text, UTF_8);
        Files.move(fresh, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What it holds; empty when there is none. */
    public Optional<Map<String, String>> read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is longer than any status: " + Files.size(file) + " B");
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file, UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
        Map<String, String> entries = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> entries.put(key, properties.getProperty(key)));
        return Optional.of(entries);
    }

    /** As {@link Properties#load} reads it back. */
    private static String escaped(String value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case '\\' -> text.append("\\\\");
                case ' ' -> text.append(i == 0 ? "\\ " : " ");
                default -> text.append(c);
            }
        }
        return text.toString();
    }

    /**
     * What counts the processes that this one sees, such as {@code pid:[4026531836]}: on one machine another number is another
     * container, where the same pid is another process. Empty where the system has no such thing, or does not tell.
     */
    public static Optional<String> thisNamespace() {
        try {
            return Optional.of(Files.readSymbolicLink(KERNELS_NAMESPACE).toString());
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            return Optional.empty();
        }
    }

    /** The name of this machine, from its kernel where that tells it: a resolver may take long. */
    public static String thisHost() {
        try {
            return Files.isReadable(KERNELS_NAME)
                    ? Files.readString(KERNELS_NAME, UTF_8).trim()
                    : InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        } catch (IOException e) {
            return "unknown";
        }
    }
}
