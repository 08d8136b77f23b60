/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which letters a command is about: whole files, so that what was replayed can be deleted. */
final class LetterSelection {
    @Parameters(paramLabel = "DIR", description = "The directory that DeadLetterSink.toFiles was given.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(
            names = "--batch",
            paramLabel = "MS",
            description = "Only letters of the batch with this time, in milliseconds.")
    private @Nullable Long batch;

    @Option(
            names = "--output",
            paramLabel = "UID",
            description = "Only letters of this output or source: its uid, or as the files spell it.")
    private @Nullable String output;

    /**
     * The files, in the order of their batches.
     *
     * @throws IllegalArgumentException when there is no such directory
     */
    List<LetterFile> files() throws IOException {
        List<LetterFile> selected = new ArrayList<>();
        for (LetterFile file : LetterFile.in(directory)) {
            if ((batch == null || batch == file.batchTime()) && (output == null || file.isOf(output))) {
                selected.add(file);
            }
        }
        return selected;
    }

    /** What to say when there are none. */
    String none() {
        return "no letters in " + directory
                + (batch == null ? "" : " of batch " + batch)
                + (output == null ? "" : " of " + Printable.line(output));
    }
}
