/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FieldsTest {
    private static FieldReader reader(FieldWriter fields) {
        return new FieldReader(fields.bytes(), "journal/x");
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        FieldReader in = reader(new FieldWriter()
                .number(-7)
                .number(1L << 40)
                .number(0.1)
                .flag(true)
                .text("Bär")
                .block(new byte[] {1, 2})
                .list(List.of("x", ""), FieldWriter::text));

        assertThat(in.number()).isEqualTo(-7);
        assertThat(in.big()).isEqualTo(1L << 40);
        assertThat(in.real()).isEqualTo(0.1);
        assertThat(in.flag()).isTrue();
        assertThat(in.text()).isEqualTo("Bär");
        assertThat(in.block()).containsExactly(1, 2);
        assertThat(in.list(FieldReader::text)).containsExactly("x", "");
        in.mustEnd();
    }

    @Test
    void whatMakesNoSenseIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> reader(new FieldWriter().flag(true)).number())
                .hasMessage("ACQ-1101 journal/x at byte 0: 4 bytes should follow and 1 do; the file is damaged");
        assertThatThrownBy(() -> reader(new FieldWriter().number(1 << 30)).text())
                .hasMessageStartingWith("ACQ-1101 ");
        assertThatThrownBy(() -> reader(new FieldWriter().number(-1)).block()).hasMessageContaining("a length is -1");
        assertThatThrownBy(() ->
                        reader(new FieldWriter().number(Integer.MAX_VALUE)).list(FieldReader::big))
                .hasMessageContaining("a list announces 2147483647 elements and 0 bytes follow");
        assertThatThrownBy(() -> reader(new FieldWriter().number(0x02000000)).flag())
                .hasMessageContaining("a flag is 2");
        assertThatThrownBy(() -> reader(new FieldWriter().block(new byte[] {(byte) 0xff}))
                        .text())
                .hasMessageContaining("a text is no UTF-8");
        assertThatThrownBy(() -> reader(new FieldWriter().number(1)).mustEnd())
                .isInstanceOfSatisfying(CheckpointRefusedException.class, e -> {
                    assertThat(e.file()).isEqualTo("journal/x");
                    assertThat(e.offset()).isZero();
                })
                .hasMessageContaining("4 bytes are left over");
    }

    @Test
    void noBytesMakeAnythingElseOfAManifestThanItselfOrARefusal() throws Exception {
        ByteBuffer whole = Samples.manifest(3000, "", new Part("cp-3000-00000001/a", 8, 1, List.of(8L)))
                .encode();
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = whole.array().clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> Manifest.decode(ByteBuffer.wrap(bytes), "m"))
                    .isInstanceOf(CheckpointRefusedException.class);
        }
        assertThat(Manifest.decode(whole, "m").value("rate/source")).contains("1 0");
    }
}
