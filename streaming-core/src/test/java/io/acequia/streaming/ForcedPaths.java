/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Which files and folders were forced to the disk, in order, as the flight recorder of the JDK tells. */
public final class ForcedPaths {
    private ForcedPaths() {}

    /** What is watched. */
    public interface Work {
        void run() throws Exception;
    }

    /** The paths below {@code folder} that were forced while {@code work} ran, relative to it; the folder itself is empty. */
    public static List<String> during(Path folder, Work work) throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
            recording.start();
            try {
                work.run();
            } finally {
                recording.stop();
            }
            return paths(folder, recording);
        }
    }

    private static List<String> paths(Path folder, Recording recording) throws IOException {
        Path file = Files.createTempFile("forced", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("jdk.FileForce"))
                    .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                    .map(event -> event.getString("path"))
                    .filter(path -> path != null && Path.of(path).startsWith(folder))
                    .map(path -> folder.relativize(Path.of(path)).toString())
                    .toList();
        } finally {
            Files.delete(file);
        }
    }
}
