/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Utf8;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineCutterTest {
    @Test
    void cutsWhatSplittingTheWholeTextWouldCut() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            int longest = 1 + random.nextInt(200);
            List<String> sent = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(400); i > 0; i--) {
                String line = "aé€\uD83D\uDE00".repeat(random.nextInt(30));
                sent.add(line);
                text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
            }
            LineCutter strings = new LineCutter("test", longest);
            LineCutter slices = new LineCutter("test", longest);
            List<String> asStrings = new ArrayList<>();
            List<Utf8> asSlices = new ArrayList<>();
            int rejected = 0;
            InputStream in = inPieces(text.toString().getBytes(UTF_8), random);
            InputStream again = inPieces(text.toString().getBytes(UTF_8), random);
            while (strings.fill(in)) {
                strings.cut(Integer.MAX_VALUE, asStrings);
                rejected += strings.takeRejected().size();
            }
            while (slices.fill(again)) {
                slices.cutUtf8(1 + random.nextInt(5), asSlices);
            }
            slices.cutUtf8(Integer.MAX_VALUE, asSlices);

            List<String> fitting = sent.stream()
                    .filter(line -> line.getBytes(UTF_8).length <= longest)
                    .toList();
            assertThat(asStrings).isEqualTo(fitting);
            assertThat(asSlices).extracting(Utf8::toString).isEqualTo(fitting);
            assertThat(rejected).isEqualTo(sent.size() - fitting.size());
            assertThat(strings.malformed()).isZero();
        }
    }

    @Test
    void theRestIsTheLastLineWhenTheStreamMayEndWithoutANewline() throws IOException {
        LineCutter cutter = new LineCutter("test", 4);
        List<String> lines = new ArrayList<>();
        InputStream in = new ByteArrayInputStream("a\nrest".getBytes(UTF_8));
        while (cutter.fill(in)) {
            cutter.cut(10, lines);
        }
        cutter.cutRest(lines);
        cutter.cutRest(lines);

        assertThat(lines).containsExactly("a", "rest");
    }

    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int from, int most) {
                return super.read(into, from, Math.min(most, 1 + random.nextInt(500)));
            }
        };
    }
}
