/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;

/** {@link DeadLetterSink#toFiles}: a file appears whole, by a rename, and replaces that of an earlier attempt. */
final class DeadLetterFiles implements DeadLetterSink {
    private final String directory;

    DeadLetterFiles(String directory) {
        this.directory = Objects.requireNonNull(directory, "dir");
    }

    /** Never: letters of a repeated batch replace those of the first run. */
    @Override
    public boolean alreadyCommitted(Output.Key key) {
        return false;
    }

    @Override
    public Writer<DeadLetter> open(Output.Key key) throws IOException {
        Path folder = Path.of(directory);
        Files.createDirectories(folder);
        String name = key.time().milliseconds() + "-" + fileName(key.output()) + "-" + key.partition() + ".jsonl";
        return new Letters(folder.resolve(name), folder.resolve("." + name + "." + UUID.randomUUID()));
    }

    /** Only letters, digits, dot, dash and underscore survive, so that no uid can leave the directory. */
    private static String fileName(String uid) {
        return uid.replaceAll("[^A-Za-z0-9._-]+", "_");
    }

    private static final class Letters implements Writer<DeadLetter> {
        private final Path target;
        private final Path attempt;
        private final BufferedWriter out;

        Letters(Path target, Path attempt) throws IOException {
            this.target = target;
            this.attempt = attempt;
            this.out = Files.newBufferedWriter(attempt);
        }

        @Override
        public void write(DeadLetter letter) throws IOException {
            StringBuilder line = new StringBuilder("{");
            field(line, "origin", letter.origin());
            field(line.append(','), "position", letter.position());
            line.append(",\"batchTime\":").append(letter.batchTime().milliseconds());
            field(line.append(','), "raw", Base64.getEncoder().encodeToString(letter.raw()));
            field(line.append(','), "text", letter.text());
            field(line.append(','), "cause", letter.cause());
            out.append(line.append("}\n"));
        }

        @Override
        public void commit() throws IOException {
            out.close();
            if (Files.exists(attempt)) {
                Files.move(attempt, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        }

        @Override
        public void abort() throws IOException {
            out.close();
            Files.deleteIfExists(attempt);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }

        private static void field(StringBuilder line, String name, String value) {
            line.append('"').append(name).append("\":\"");
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"' || c == '\\') {
                    line.append('\\').append(c);
                } else if (c < ' ') {
                    line.append(String.format("\\u%04x", (int) c));
                } else {
                    line.append(c);
                }
            }
            line.append('"');
        }
    }
}
