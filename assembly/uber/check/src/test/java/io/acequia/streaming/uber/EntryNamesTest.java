/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.uber;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault F47 of what is packed: whoever unpacks it gets nothing outside of the folder that it is unpacked in. */
class EntryNamesTest {
    @TempDir
    Path directory;

    static Stream<UberJar> each() {
        return UberJar.each().stream();
    }

    private static boolean leadsOut(String name) {
        return name.isEmpty()
                || name.startsWith("/")
                || name.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':')
                || Arrays.stream(name.split("/")).anyMatch(part -> List.of("", ".", "..").contains(part));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/a", "//a", "../a", "a/../b", "a/..", "./a", "a//b", "a\\..\\b", "C:a", "\\\\host\\a", "a\0b"})
    void aNameThatLeadsOutIsFound(String name) {
        assertThat(leadsOut(name)).isTrue();
        assertThat(leadsOut("META-INF/MANIFEST.MF")).isFalse();
        assertThat(leadsOut("acequia-0.1.0/bin/")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("each")
    void noEntryOfAnUberJarLeadsOut(UberJar jar) throws Exception {
        assertThat(jar.entries()).isNotEmpty().noneMatch(EntryNamesTest::leadsOut);
    }

    @Test
    void theDistributionHasOneFolderAndNoLinks() throws Exception {
        String archive = UberJar.folder("distribution")
                .resolve("target/acequia-" + UberJar.VERSION + ".tar.gz")
                .toString();
        Command names = Command.run(directory, List.of("tar", "-tzf", archive));
        Command kinds = Command.run(directory, List.of("tar", "-tvzf", archive));

        assertThat(names.output().lines())
                .isNotEmpty()
                .allMatch(name -> name.startsWith("acequia-" + UberJar.VERSION + "/"))
                .noneMatch(EntryNamesTest::leadsOut);
        assertThat(kinds.output().lines()).isNotEmpty().allMatch(line -> line.startsWith("-") || line.startsWith("d"));
    }
}
