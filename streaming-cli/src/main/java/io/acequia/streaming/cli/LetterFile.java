/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of dead letters: those of one batch, output and partition, as its name says.
 *
 * @param output as the name spells it, which may differ from the uid
 * @param changed when it was last written before it was found
 */
record LetterFile(Path path, long batchTime, String output, int partition, FileTime changed) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-(.+)-(\\d{1,9})\\.jsonl");

    /** Told each letter of a file. */
    @FunctionalInterface
    interface Visitor {
        void letter(Letter letter) throws IOException;
    }

    /** The files of letters right in a directory, in the order of their batches; others, and links, are passed over. */
    static List<LetterFile> in(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    "ACQ-2220 " + directory + " is no directory: give the one that DeadLetterSink.toFiles was given");
        }
        List<LetterFile> files = new ArrayList<>();
        try (Stream<Path> content = Files.list(directory)) {
            for (Path path : content.toList()) {
                of(path).ifPresent(files::add);
            }
        }
        files.sort(Comparator.comparingLong(LetterFile::batchTime)
                .thenComparing(LetterFile::output)
                .thenComparingInt(LetterFile::partition));
        return files;
    }

    private static Optional<LetterFile> of(Path path) throws IOException {
        Matcher name = FORM.matcher(Objects.requireNonNull(path.getFileName()).toString());
        if (!name.matches() || Files.isSymbolicLink(path) || !Files.isRegularFile(path)) {
            return Optional.empty();
        }
        return Optional.of(new LetterFile(
                path,
                Long.parseLong(name.group(1)),
                name.group(2),
                Integer.parseInt(name.group(3)),
                Files.getLastModifiedTime(path)));
    }

    /** Whether these are letters of an output: by the uid in its letters, or as the name spells it. */
    boolean isOf(String uid) throws IOException {
        if (output.equals(uid)) {
            return true;
        }
        boolean[] same = {false};
        forEach(letter -> same[0] |= letter.origin().equals(uid));
        return same[0];
    }

    /**
     * Reads all letters in turn.
     *
     * @throws LettersRefusedException when a line is no letter
     */
    void forEach(Visitor visitor) throws IOException {
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                visitor.letter(letter(line, number));
            }
        } catch (CharacterCodingException e) {
            throw new LettersRefusedException("ACQ-2221 " + path + " is no UTF-8 text, behind line " + number
                    + ": look at who changed it; the letters of a batch are written again when it is run again");
        }
    }

    private Letter letter(String line, int number) throws LettersRefusedException {
        try {
            return Letter.parse(line);
        } catch (IllegalArgumentException e) {
            throw new LettersRefusedException("ACQ-2222 " + path + ", line " + number + " is no letter: "
                    + e.getMessage() + "; correct the line or take it out");
        }
    }

    /** Deletes it, unless it was written again since it was found; whether it is gone. */
    boolean deleteUnchanged() throws IOException {
        return Files.getLastModifiedTime(path).equals(changed) && Files.deleteIfExists(path);
    }
}
