/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * W4: word counts of the last two seconds, every 200 milliseconds, with an inverse function and without. The output reads all
 * counts of the window. Both limits add what came and take off what left. The text is a cycle of slides longer than the
 * window; a round is all of them, back to back. All four contestants run by turns in one JVM.
 */
final class SlidingCounts {
    private static final int WARM_UPS = 4;
    private static final int SLIDES = 20;
    private static final int WORDS = 100_000;
    private static final int LENGTH = 10;
    /** A line of 99 characters has so many words of 7 letters at least. */
    private static final int LEAST_WORDS = 12;

    private static final Duration SLIDE = Duration.ofMillis(200);
    private static final Duration WINDOW = SLIDE.multipliedBy(LENGTH);
    private static final String[] NAMES = {
        "stream with inverse", "HashMap loop that keeps zeros", "stream without inverse", "HashMap loop"
    };

    private SlidingCounts() {}

    static void run(Request request) throws Exception {
        Rounds rounds = compare(WORDS, request.rounds());
        for (int i = 0; i < NAMES.length; i++) {
            System.out.println(NAMES[i] + ": " + rounds.millis(i, SLIDES).line("ms a slide"));
        }
        System.out.println(rounds.cpuRatio(0, 1).ratioLine("W4 with inverse CPU time", "HashMap loop"));
        System.out.println(rounds.cpuRatio(2, 3).ratioLine("W4 without inverse CPU time", "HashMap loop"));
        System.out.println(rounds.ratio(0, 1).ratioLine("W4 with inverse", "HashMap loop"));
        System.out.println(rounds.ratio(2, 3).ratioLine("W4 without inverse", "HashMap loop"));
    }

    /** The outputs of every slide of the cycle are compared first. */
    static Rounds compare(int wordsOfASlide, int rounds) throws Exception {
        List<List<String>> slides = slides(wordsOfASlide);
        try (SteppedCounts inverse = new SteppedCounts("W4", SLIDE, (words, stream) -> ones(words)
                        .reduceByKeyAndWindow(Integer::sum, (all, left) -> all - left, WINDOW, SLIDE)
                        .foreachRDD(stream::sum));
                SteppedCounts plain = new SteppedCounts("W4", SLIDE, (words, stream) -> ones(words)
                        .reduceByKeyAndWindow(Integer::sum, WINDOW, SLIDE)
                        .foreachRDD(stream::sum));
                HandWrittenWindow keeping = new HandWrittenWindow(LENGTH, true);
                HandWrittenWindow dropping = new HandWrittenWindow(LENGTH, false)) {
            for (List<String> words : slides) {
                keeping.sliding(List.of(words));
                dropping.sliding(List.of(words));
                limitsMustAgree(keeping, dropping);
                QueueWordCount.mustAgree(NAMES[0], keeping.counts(), inverse.pairs(words));
                QueueWordCount.mustAgree(NAMES[2], dropping.counts(), plain.pairs(words));
            }
            System.out.println("outputs agree: " + dropping.counts().size() + " words in the last of " + SLIDES
                    + " slides, " + keeping.counts().size() + " with those that left");
            Rounds times = new Rounds(NAMES.length, rounds);
            for (int round = -WARM_UPS; round < rounds; round++) {
                times.time(round, 0, () -> inverse.read(slides));
                times.time(round, 1, () -> keeping.sliding(slides));
                times.time(round, 2, () -> plain.read(slides));
                times.time(round, 3, () -> dropping.sliding(slides));
            }
            return times;
        }
    }

    private static void limitsMustAgree(HandWrittenWindow keeping, HandWrittenWindow dropping) {
        Map<String, Long> counts = keeping.counts();
        counts.values().removeAll(Collections.singleton(0L));
        QueueWordCount.mustAgree("limit that keeps zeros", dropping.counts(), counts);
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> Tuple2.of(word, 1));
    }

    /** The words of the lines of every other workload, each a string of its own. */
    private static List<List<String>> slides(int wordsOfASlide) {
        List<List<String>> slides = new ArrayList<>();
        List<String> slide = new ArrayList<>();
        for (String line : LinePool.strings(SLIDES * wordsOfASlide / LEAST_WORDS + 1)) {
            for (String word : line.split(" ")) {
                slide.add(word);
                if (slide.size() == wordsOfASlide) {
                    slides.add(slide);
                    slide = new ArrayList<>();
                }
            }
            if (slides.size() >= SLIDES) {
                break;
            }
        }
        return slides.subList(0, SLIDES);
    }
}
