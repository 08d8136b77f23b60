/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches of one second; the window is a minute long and slides by two seconds. */
@Timeout(60)
class WindowedHashtagsTest {
    private static final int BATCHES_OF_A_WINDOW = 60;

    private static TestStreams top(int k) {
        return TestStreams.every(
                Durations.seconds(1), s -> s.collect("top", WindowedHashtags.top(k, s.input("lines"))));
    }

    @Test
    void theMostFrequentComeFirstAndEqualOnesByName() {
        try (TestStreams t = top(3)) {
            t.add("lines", "#rain and #Water", "no hashtag # here", "#water #river,#dam")
                    .add("lines", "#water #rain", "#dam #river")
                    .advance(2);

            assertThat(t.<Tuple2<String, Long>>batches("top"))
                    .containsExactly(List.of(Tuple2.of("#water", 3L), Tuple2.of("#dam", 2L), Tuple2.of("#rain", 2L)));
        }
    }

    @Test
    void thereIsAResultEveryTwoSecondsOfWhatArrivedSoFar() {
        try (TestStreams t = top(2)) {
            t.add("lines", "#a").add("lines", "#b #b").add("lines", "#a #a").advance(5);

            assertThat(t.<Tuple2<String, Long>>batches("top"))
                    .containsExactly(
                            List.of(Tuple2.of("#b", 2L), Tuple2.of("#a", 1L)),
                            List.of(Tuple2.of("#a", 3L), Tuple2.of("#b", 2L)));
        }
    }

    @Test
    void whatLeavesTheWindowIsNotCountedAndAHashtagThatHasLeftIsGone() {
        try (TestStreams t = top(10)) {
            t.add("lines", "#a #a").add("lines", "#b").add("lines", "#a").advance(BATCHES_OF_A_WINDOW);
            assertThat(t.<Tuple2<String, Long>>last("top")).containsExactly(Tuple2.of("#a", 3L), Tuple2.of("#b", 1L));

            t.advance(2);
            assertThat(t.<Tuple2<String, Long>>last("top")).containsExactly(Tuple2.of("#a", 1L));

            t.advance(2);
            assertThat(t.last("top")).isEmpty();
        }
    }

    @Test
    void theLongestLineOfEachHashtagIsReplacedWhenItLeavesTheWindow() {
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1), s -> s.collect("longest", WindowedHashtags.longest(s.input("lines"))))) {
            t.add("lines", "#a is long", "#a #b")
                    .add("lines")
                    .add("lines", "#a short", "#a other")
                    .advance(BATCHES_OF_A_WINDOW);
            assertThat(t.<Tuple2<String, String>>last("longest"))
                    .containsExactlyInAnyOrder(Tuple2.of("#a", "#a is long"), Tuple2.of("#b", "#a #b"));

            t.advance(2);
            assertThat(t.<Tuple2<String, String>>last("longest"))
                    .as("of two equally long ones the older")
                    .containsExactly(Tuple2.of("#a", "#a short"));

            t.advance(2);
            assertThat(t.last("longest")).isEmpty();
        }
    }
}
