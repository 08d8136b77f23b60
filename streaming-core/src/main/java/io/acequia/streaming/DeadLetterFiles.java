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
    private static final int LONGEST_NAME = 100;

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

    /**
     * Only letters, digits, dot, dash and underscore survive, so that no uid can leave the directory; a uid that had others or
     * was long is told from its like by a hash.
     */
    private static String fileName(String uid) {
        String plain = uid.replaceAll("[^A-Za-z0-9._-]+", "_");
        boolean same = plain.equals(uid) && uid.length() <= LONGEST_NAME;
        return same
                ? plain
                : plain.substring(0, Math.min(LONGEST_NAME, plain.length())) + "-"
                        + Integer.toHexString(uid.hashCode());
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

        /** Such a character has no UTF-8 form. */
        private static boolean isHalfAPair(String value, int at) {
            char c = value.charAt(at);
            boolean whole = Character.isHighSurrogate(c)
                    ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                    : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
            return Character.isSurrogate(c) && !whole;
        }

        private static void field(StringBuilder line, String name, String value) {
            line.append('"').append(name).append("\":\"");
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"' || c == '\\') {
                    line.append('\\').append(c);
                } else if (c < ' ' || isHalfAPair(value, i)) {
                    line.append(String.format("\\u%04x", (int) c));
                } else {
                    line.append(c);
                }
            }
            line.append('"');
        }
    }
}
