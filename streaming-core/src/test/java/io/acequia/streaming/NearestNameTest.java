/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final long SEED = 20_261_127;
    private static final int MISTAKES = 1000;
    private static final int LEAST_RIGHT = 950;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz.";
    private static final List<String> NAMES =
            StreamingConf.keys().stream().map(StreamingConf.Key::name).toList();

    @Test
    void ofAThousandNamesWithOneMistakeTheRightOneIsSuggestedInAtLeastNinetyFiveOfAHundred() {
        Random random = new Random(SEED);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < MISTAKES; i++) {
            String meant = NAMES.get(random.nextInt(NAMES.size()));
            String written = withAMistake(meant, random);
            Throwable refusal =
                    catchThrowable(() -> StreamingConf.withoutDefaults().get(written));

            assertThat(refusal).hasMessageStartingWith("ACQ-0401 unknown setting '" + written + "'");
            if (!refusal.getMessage().endsWith("did you mean '" + meant + "'?")) {
                wrong.add(written + " for " + meant + ": " + refusal.getMessage());
            }
        }

        System.out.println("names with one mistake: " + (MISTAKES - wrong.size()) + " of " + MISTAKES
                + " have the right suggestion");
        assertThat(wrong).hasSizeLessThanOrEqualTo(MISTAKES - LEAST_RIGHT);
    }

    @ParameterizedTest
    @CsvSource({
        "STREAMING_STOP_TIMEOUT, streaming.stop.timeout",
        "streaming-stop-timeout, streaming.stop.timeout",
        "Streaming.App.Name, streaming.app.name",
        "stop.timeout, streaming.stop.timeout",
        "streaming.receiver.maxRate, streaming.receiver.max.rate"
    })
    void aNameOfAnotherFormIsUnderstoodToo(String written, String meant) {
        assertThat(NearestName.of(written, NAMES)).isEqualTo(meant);
    }

    @Test
    void twoLettersThatAreSwappedAreOneMistake() {
        assertThat(NearestName.of("ba", List.of("bc", "ab")))
                .as("the first of equals")
                .isEqualTo("bc");
        assertThat(NearestName.of("xyba", List.of("xy", "xyab"))).isEqualTo("xyab");
    }

    /** One character replaced, added or dropped, or two that are next to each other swapped; never the name of a setting. */
    private static String withAMistake(String name, Random random) {
        String written;
        do {
            written = edited(name, random);
        } while (NAMES.contains(written));
        return written;
    }

    private static String edited(String name, Random random) {
        int at = random.nextInt(name.length());
        char letter = LETTERS.charAt(random.nextInt(LETTERS.length()));
        StringBuilder edited = new StringBuilder(name);
        switch (random.nextInt(4)) {
            case 0 -> edited.setCharAt(at, letter);
            case 1 -> edited.insert(at, letter);
            case 2 -> edited.deleteCharAt(at);
            default -> {
                int first = Math.min(at, name.length() - 2);
                edited.setCharAt(first, name.charAt(first + 1));
                edited.setCharAt(first + 1, name.charAt(first));
            }
        }
        return edited.toString();
    }
}
