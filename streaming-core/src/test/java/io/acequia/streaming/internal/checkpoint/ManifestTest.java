/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ManifestTest {
    private static final Part PART = new Part("cp-3000-00000001/state-0-00000.part", 100, 42, List.of(50L, 100L));

    private static ByteBuffer changed(ByteBuffer manifest, int at, int value) {
        ByteBuffer bytes = ByteBuffer.allocate(manifest.remaining())
                .put(manifest.duplicate())
                .flip();
        bytes.putInt(at, value);
        CRC32C sum = new CRC32C();
        sum.update(bytes.slice(4, 8));
        sum.update(bytes.slice(16, bytes.limit() - 16));
        return bytes.putInt(12, (int) sum.getValue());
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Manifest manifest = Samples.manifest(3000, "", PART);

        Manifest again = Manifest.decode(manifest.encode(), "m");

        assertThat(again).isEqualTo(manifest);
        assertThat(again.isBase()).isTrue();
        assertThat(again.bytes()).isEqualTo(100);
        assertThat(again.position("source")).contains("17");
        assertThat(again.position("other")).isEmpty();
        assertThat(again.owner("counts").orElseThrow().bytes()).isEqualTo(100);
        assertThat(Samples.manifest(4000, manifest.name(), PART).isBase()).isFalse();
    }

    @Test
    void whatIsNoManifestIsRefused() {
        assertThatThrownBy(() -> Manifest.decode(ByteBuffer.allocate(0), "m")).hasMessageStartingWith("ACQ-1107 m");
        assertThatThrownBy(() -> Manifest.decode(ByteBuffer.allocate(100), "m")).hasMessageStartingWith("ACQ-1107 ");
    }

    @Test
    void aDamagedOneIsRefused() {
        ByteBuffer whole = Samples.manifest(3000, "", PART).encode();
        assertThatThrownBy(() -> Manifest.decode(whole.slice(0, whole.limit() - 1), "m"))
                .hasMessageStartingWith("ACQ-1108 ");
        ByteBuffer longer =
                ByteBuffer.allocate(whole.limit() + 1).put(whole.duplicate()).rewind();
        assertThatThrownBy(() -> Manifest.decode(longer, "m")).hasMessageStartingWith("ACQ-1108 ");
    }

    @Test
    void aNewerFormatIsRefusedByItsNumber() {
        ByteBuffer newer = changed(Samples.manifest(3000, "", PART).encode(), 4, 2);
        assertThatThrownBy(() -> Manifest.decode(newer, "m"))
                .hasMessageStartingWith("ACQ-1109 m at byte 4: its format is 2, and this version knows up to 1");
    }

    @Test
    void anUnknownKindOfDataIsRefused() throws Exception {
        byte[] bytes = Samples.manifest(3000, "", PART).encode().array();
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("STATE");
        ByteBuffer other = changed(ByteBuffer.wrap(bytes), at, 0x54415445);
        assertThatThrownBy(() -> Manifest.decode(other, "m"))
                .hasMessageStartingWith("ACQ-1101 ")
                .hasMessageContaining("something is kept as 'TATEE'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "/etc/passwd",
                "cp-3000-00000001/../../x",
                "cp-3000-00000001/..",
                "cp-3000-00000001/a/b",
                "cp-3000-00000001\\a",
                "cp-3000-00000001/a\0b",
                "cp-3000-00000001/",
                "C:\\x",
                "received/x/wal-0000000000000001-00000001.log",
                ""
            })
    void aNameThatIsNoFileOfACheckpointIsRefused(String name) {
        Part part = new Part(name, 100, 42, List.of(100L));
        assertThatThrownBy(
                        () -> Manifest.decode(Samples.manifest(3000, "", part).encode(), "m"))
                .hasMessageStartingWith("ACQ-1117 m: it names '" + name + "'");
    }

    @Test
    void aBaseThatIsNoCheckpointIsRefused() {
        assertThatThrownBy(() ->
                        Manifest.decode(Samples.manifest(3000, "../cp", PART).encode(), "m"))
                .hasMessageStartingWith("ACQ-1117 ");
    }
}
