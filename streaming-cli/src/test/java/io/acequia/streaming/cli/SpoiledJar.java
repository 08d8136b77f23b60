/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** A JAR that is good until a test spoils it, and what the doctor tells of it. */
class SpoiledJar {
    @TempDir
    Path dir;

    final WrittenJar jar = WrittenJar.good();

    /** The faults that it tells. */
    List<String> faults(String... options) throws IOException {
        CommandRunner doctor =
                acequia(Stream.concat(Stream.of("doctor", jar.in(dir).toString()), Stream.of(options))
                        .toArray(String[]::new));
        List<String> faults =
                doctor.out().lines().filter(line -> line.startsWith("ACQ-")).toList();
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.exitCode()).isEqualTo(faults.isEmpty() ? 0 : 3);
        assertThat(doctor.out())
                .contains(faults.isEmpty() ? "entries: ok" : "entries: " + Printable.count(faults.size(), "fault"));
        return faults;
    }

    void isFound(String code, String... words) throws IOException {
        assertThat(faults())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith(code).contains(words).contains("; "));
    }
}
