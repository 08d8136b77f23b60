/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    @Test
    void nineRoundsOfAMillionLinesUnlessToldOtherwise() {
        assertThat(Request.of(List.of("W6", "--vs", "limit")))
                .isEqualTo(new Request("W6", "limit", 9, 1_000_000, 1_000_000, "", "", 32, ""));
        assertThat(Request.of(List.of("W6", "--vs", "limit", "--rounds", "5", "--lines", "10", "--keys", "7")))
                .isEqualTo(new Request("W6", "limit", 5, 10, 7, "", "", 32, ""));
    }

    @Test
    void growthAndScaleHaveNoContestant() {
        assertThat(Request.of(List.of("scale", "--rounds", "5")))
                .isEqualTo(new Request("scale", "", 5, 1_000_000, 1_000_000, "", "", 32, ""));
        assertThat(Request.of(List.of("state-growth")))
                .isEqualTo(new Request("state-growth", "", 9, 1_000_000, 1_000_000, "", "", 32, ""));
    }

    @Test
    void kafkaHasRecordsAndPerhapsABroker() {
        assertThat(Request.of(List.of("kafka", "--vs", "consumer")))
                .isEqualTo(new Request("kafka", "consumer", 9, 1_000_000, 1_000_000, "", "", 32, ""));
        assertThat(Request.of(List.of("kafka", "--vs", "spark", "--records", "10", "--bootstrap", "a:9092,b:9093")))
                .isEqualTo(new Request("kafka", "spark", 9, 10, 1_000_000, "", "a:9092,b:9093", 32, ""));
    }

    @Test
    void rddHasAHeapWhereItsMemoryIsMeasured() {
        assertThat(Request.of(List.of("rdd", "--memory")))
                .isEqualTo(new Request("rdd", "memory", 9, 4_000_000, 1_000_000, "", "", 32, ""));
        assertThat(Request.of(List.of("rdd", "--memory", "--heap", "256", "--lines", "40")))
                .isEqualTo(new Request("rdd", "memory", 9, 40, 1_000_000, "", "", 256, ""));
        assertThat(Request.of(List.of("rdd", "--vs", "loop")))
                .isEqualTo(new Request("rdd", "loop", 9, 1_000_000, 1_000_000, "", "", 32, ""));
    }

    @Test
    void theEngineOnSparkMeetsSpark() {
        assertThat(Request.of(List.of("W1", "--engine", "spark", "--vs", "spark")))
                .isEqualTo(new Request("W1", "spark", 9, 1_000_000, 1_000_000, "", "", 32, "spark"));
        assertThat(Request.of(List.of("spark-overhead", "--vs", "javardd", "--rounds", "5", "--lines", "10")))
                .isEqualTo(new Request("spark-overhead", "javardd", 5, 10, 1_000_000, "", "", 32, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "ACQ-3002 --vs 'limit', rdd --vs limit",
        "ACQ-3002 --vs 'memory', W6 --memory",
        "ACQ-3004 --heap 'big', rdd --memory --heap big",
        "ACQ-3001 '--laps', W6 --laps 9",
        "ACQ-3001 'W7', W6 W7",
        "ACQ-3002 --vs '', W6",
        "ACQ-3002 --vs 'spark', W6 --vs spark",
        "ACQ-3002 --vs 'spark', W1 --vs spark",
        "ACQ-3002 --vs 'limit', W1 --engine spark --vs limit",
        "ACQ-3002 --vs 'limit', spark-overhead --vs limit",
        "ACQ-3002 --vs 'limit', scale --vs limit",
        "ACQ-3002 --vs '', state-machine",
        "ACQ-3002 --vs 'spark', spark-overhead --vs spark",
        "ACQ-3002 --vs 'javardd', rdd --vs javardd",
        "ACQ-3176 --engine 'spark' for 'W2', W2 --engine spark --vs spark",
        "ACQ-3176 --engine 'local' for 'W1', W1 --engine local --vs limit",
        "ACQ-3002 --vs 'spark', state-growth --vs spark",
        "ACQ-3002 --vs 'limit', kafka --vs limit",
        "ACQ-3002 --vs '', kafka",
        "ACQ-3002 --vs 'consumer', W2 --vs consumer",
        "ACQ-3150 --bootstrap 'localhost', kafka --vs consumer --bootstrap localhost",
        "ACQ-3150 --bootstrap '', kafka --vs consumer --bootstrap",
        "ACQ-3004 --records 'all', kafka --vs consumer --records all",
        "ACQ-3004 --keys '0', W3 --vs limit --keys 0",
        "ACQ-3003 --rounds 4, W6 --vs limit --rounds 4",
        "ACQ-3004 --rounds 'many', W6 --vs limit --rounds many",
        "ACQ-3004 --lines '0', W6 --vs limit --lines 0",
        "ACQ-3004 --lines '', W6 --vs limit --lines"
    })
    void aRequestThatSaysNothingIsRefused(String message, String commandLine) {
        assertThatThrownBy(() -> Request.of(List.of(commandLine.split(" "))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    /** The message is ACQ-3005, on standard error. */
    @Test
    void oneStreamOfTwoCanBeAskedFor() {
        assertThat(Request.of(List.of("W1", "--vs", "limit", "--only", "Utf8")).measures(Request.UTF8))
                .isTrue();
        assertThatThrownBy(() -> Request.of(List.of("W1", "--vs", "limit", "--only", "text")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3043 --only 'text': must be String or Utf8; usage: ");
    }

    @Test
    void aWorkloadThatIsNotThereEndsWithCodeTwo() {
        assertThat(Bench.run(List.of("W99", "--vs", "limit"))).isEqualTo(2);
        assertThat(Bench.run(List.of("W6", "--vs", "limit", "--rounds", "1"))).isEqualTo(2);
    }

    @Test
    void aJvmOfItsOwnThatFailsIsTold() {
        Request wrong = new Request("W9", "limit", 5, 10, 10, "", "", 32, "");
        assertThatThrownBy(() -> OwnJvm.each(wrong))
                .hasMessageStartingWith("ACQ-3044 the JVM that measured String ended");
    }
}
