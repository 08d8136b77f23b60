/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a child of W7 tells in its last two lines. */
final class ProcessStatus {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private ProcessStatus() {}

    static void tell(long words) throws IOException {
        System.out.println("words " + words);
        System.out.println("peak kB " + peakKib());
    }

    /** The most memory that this process has had resident, in KiB; 0 where the system does not tell. */
    private static long peakKib() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(PEAK)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }
}
