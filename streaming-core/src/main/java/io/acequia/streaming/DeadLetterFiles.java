/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;

/**
 * {@link DeadLetterSink#toFiles}: a file appears whole, by a rename, and replaces that of an earlier attempt. Bytes are forced
 * before the rename, and names after it. What a killed attempt left behind is deleted by the next one of the same key; of two
 * at the same time, the first one fails.
 */
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
        Path folder = Path.of(directory).toAbsolutePath();
        makeFolders(folder);
        String name = key.time().milliseconds() + "-" + fileName(key.output()) + "-" + key.partition() + ".jsonl";
        Path attempts = folder.resolve("." + name + ".attempts");
        Files.createDirectories(attempts);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(attempts)) {
            for (Path path : left) {
                Files.deleteIfExists(path);
            }
        }
        return new Letters(
                folder.resolve(name), attempts.resolve(UUID.randomUUID().toString()));
    }

    private static void makeFolders(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent == null || Files.isDirectory(folder)) {
            return;
        }
        makeFolders(parent);
        Files.createDirectories(folder);
        forceNames(parent);
    }

    /** Where a folder cannot be opened, as on Windows, this does nothing. */
    private static void forceNames(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            if (!folder.getFileSystem().getSeparator().equals("\\")) {
                throw e;
            }
        }
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
        private final FileChannel channel;
        private final BufferedWriter out;
        private boolean committed;

        Letters(Path target, Path attempt) throws IOException {
            this.target = target;
            this.attempt = attempt;
            this.channel = FileChannel.open(attempt, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            this.out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), -1));
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
            if (!committed) {
                out.flush();
                channel.force(true);
                out.close();
                Files.move(attempt, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                forceNames(Objects.requireNonNull(target.getParent()));
                committed = true;
                deleteAttempt();
            }
        }

        @Override
        public void abort() throws IOException {
            try {
                out.close();
            } finally {
                deleteAttempt();
            }
        }

        private void deleteAttempt() throws IOException {
            Files.deleteIfExists(attempt);
            try {
                Files.deleteIfExists(Objects.requireNonNull(attempt.getParent()));
            } catch (DirectoryNotEmptyException e) {
                // another attempt is being written
            }
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
