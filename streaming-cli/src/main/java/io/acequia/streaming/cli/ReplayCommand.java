/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Gives letters to a source once more: each as its raw bytes and a line feed. */
@Command(
        name = "replay",
        description = {
            "Gives letters to a source once more: the raw bytes of each, and a line feed.",
            "To a socket source with --listen: it serves the letters to the first that connects, and ends.",
            "To a file source with --to: a new file that appears whole."
        },
        footer = {
            "",
            "A replay does not know whether the program then copes: without --delete the letters stay.",
            "With --delete they are deleted when all of them were taken: a socket source has read to the end and closed"
                    + " its side, or the file is safe on the disk. A letter that fails again is written again, under its new"
                    + " batch.",
            "Letters with a line feed inside are read as several lines; they are counted.",
            "",
            "Examples:",
            "  acequia deadletter replay letters --listen 9999 &",
            "  acequia run NetworkWordCount localhost 9999",
            "  acequia deadletter replay letters --to incoming/again.txt --delete"
        })
final class ReplayCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private LetterSelection selection;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Target target;

    @Option(names = "--delete", description = "Delete the files when all of their letters were taken.")
    private boolean delete;

    /** Where letters go. */
    static final class Target {
        @Option(
                names = "--listen",
                paramLabel = "[HOST:]PORT",
                description = "Serve them here to the first that connects (HOST: 127.0.0.1 unless given; PORT 0: any).")
        private @Nullable String listen;

        @Option(
                names = "--to",
                paramLabel = "FILE",
                description = "Write them to a new file, in a directory that a file source watches.")
        private @Nullable Path file;
    }

    /** Takes the bytes, and returns when they have been taken for good. */
    @FunctionalInterface
    interface Delivery {
        void deliver(Content content) throws IOException;
    }

    /** What is to be taken. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    @Override
    public Integer call() throws IOException {
        List<LetterFile> files = checked();
        if (files.isEmpty()) {
            spec.commandLine().getOut().println(selection.none());
            return Acequia.OK;
        }
        Counts counts = new Counts();
        delivery().deliver(out -> {
            OutputStream buffered = new BufferedOutputStream(out);
            for (LetterFile file : files) {
                file.forEach(letter -> counts.write(letter, buffered));
            }
            buffered.flush();
        });
        spec.commandLine()
                .getOut()
                .println(Printable.count(counts.letters, "letter") + " of " + Printable.count(files.size(), "file")
                        + " replayed"
                        + (counts.broken == 0 ? "" : ", " + counts.broken + " of them with a line feed inside")
                        + (delete ? ", " + Printable.count(delete(files), "file") + " deleted" : ""));
        return Acequia.OK;
    }

    /** Reads all of them before the first is given away: a replay is complete, or it has not begun. */
    private List<LetterFile> checked() throws IOException {
        try {
            List<LetterFile> files = selection.files();
            for (LetterFile file : files) {
                file.forEach(letter -> {});
            }
            return files;
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private Delivery delivery() {
        try {
            return target.file != null
                    ? new LettersToFile(target.file)
                    : LettersToSocket.parse(
                            String.valueOf(target.listen), spec.commandLine().getErr());
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private long delete(List<LetterFile> files) throws IOException {
        long deleted = 0;
        for (LetterFile file : files) {
            deleted += file.deleteUnchanged() ? 1 : 0;
        }
        return deleted;
    }

    private ParameterException usage(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }

    /** What was replayed. */
    private static final class Counts {
        private long letters;
        private long broken;

        void write(Letter letter, OutputStream to) throws IOException {
            letters++;
            for (byte each : letter.raw()) {
                if (each == '\n') {
                    broken++;
                    break;
                }
            }
            to.write(letter.raw());
            to.write('\n');
        }
    }
}
