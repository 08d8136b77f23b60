/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.OperatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordErrorsTest {
    private final Site site = Site.of("map");
    private final Tasks.Task task = new Tasks.Task(2);
    private final Letters letters = new Letters();

    private final MapOperator<String, Integer> parse = new MapOperator<>(site, Integer::parseInt);

    @Test
    void theTaskFailsWhenNothingElseIsSaid() {
        assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> Tasks.run(task, parse, "1", "x", "2"))
                .havingCause()
                .isInstanceOf(NumberFormatException.class);
        assertThat(task.counts).isEmpty();
    }

    @Test
    void skippedRecordsAreLeftOutAndCounted() throws Exception {
        site.policy(ErrorPolicy.skip());
        site.uid("parse");
        assertThat(Tasks.run(task, parse, "1", "x", "2", "y")).containsExactly(1, 2);
        assertThat(task.counts).isEqualTo(Map.of("parse", 2L));
    }

    @Test
    void nothingIsCountedWhenAllIsWell() throws Exception {
        site.policy(ErrorPolicy.skip());
        Tasks.run(task, parse, "1", "2");
        assertThat(task.counts).isEmpty();
    }

    @Test
    void filtersAndPairsFollowThePolicyToo() throws Exception {
        site.policy(ErrorPolicy.skip());
        assertThat(Tasks.run(task, new FilterOperator<String>(site, s -> Integer.parseInt(s) > 1), "1", "x", "2"))
                .containsExactly("2");
        assertThat(Tasks.run(task, new FilterOperator<String>(site, s -> s.equals("a") ? true : null), "a", "b"))
                .containsExactly("a");
        assertThat(Tasks.run(
                        task,
                        new PairOperator<String, Integer, String>(
                                site, s -> new io.acequia.streaming.data.Tuple2<>(Integer.parseInt(s), s)),
                        "x",
                        "2"))
                .hasSize(1);
    }

    @Test
    void aFlatMappedRecordIsInOrOutAsAWhole() throws Exception {
        site.policy(ErrorPolicy.skip());
        FlatMapOperator<String, Integer> numbers = new FlatMapOperator<>(site, RecordErrorsTest::numbers);
        assertThat(Tasks.run(task, numbers, "1 2", "3 x 4", "5")).containsExactly(1, 2, 5);
        assertThat(task.counts.values()).containsExactly(1L);
    }

    @Test
    void aFlatMapThatGivesNullIsARecordError() throws Exception {
        site.policy(ErrorPolicy.skip());
        assertThat(Tasks.run(task, new FlatMapOperator<String, String>(site, s -> null), "a"))
                .isEmpty();
        assertThat(task.counts.values()).containsExactly(1L);
    }

    private static Iterator<Integer> numbers(String line) {
        return Arrays.stream(line.split(" ")).map(Integer::parseInt).iterator();
    }

    @Test
    void aFailureFurtherDownIsNotTheFaultOfTheRecord() {
        site.policy(ErrorPolicy.skip());
        Operator<String, Integer> chain = parse.andThen(new MapOperator<>(Site.of("next"), i -> 1 / i));
        assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> Tasks.run(task, chain, "x", "0"))
                .withMessageStartingWith("function of next at ");
    }

    @Test
    void deadLettersAreCommittedWithTheirCauseAtTheEndOfTheTask() throws Exception {
        site.policy(ErrorPolicy.deadLetter(letters));
        site.uid("parse");
        assertThat(Tasks.run(task, parse, "1", "x", "2", "y")).containsExactly(1, 2);
        assertThat(letters.calls)
                .containsExactly("open " + new Output.Key(new Time(1000), "parse", 2), "commit", "close");
        assertThat(letters.letters).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.origin()).isEqualTo("parse");
            assertThat(letter.batchTime()).isEqualTo(new Time(1000));
            assertThat(letter.cause()).startsWith("java.lang.NumberFormatException: ");
        });
        assertThat(letters.letters).extracting(DeadLetter::text).containsExactly("x", "y");
        assertThat(letters.letters)
                .extracting(DeadLetter::position)
                .containsExactly("partition 2, error 1", "partition 2, error 2");
        assertThat(task.counts).isEqualTo(Map.of("parse", 2L));
    }

    @Test
    void aLetterHasTheBytesOfItsRecord() throws Exception {
        site.policy(ErrorPolicy.deadLetter(letters));
        byte[] bytes = {1, 2};
        Tasks.run(
                task,
                new MapOperator<Object, Object>(site, any -> {
                    throw new IOException("no");
                }),
                bytes,
                Utf8.of("ä"),
                null,
                7);
        assertThat(letters.letters)
                .extracting(DeadLetter::raw)
                .containsExactly(
                        bytes,
                        "ä".getBytes(StandardCharsets.UTF_8),
                        "null".getBytes(StandardCharsets.UTF_8),
                        "7".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void noWriterIsOpenedWhenAllIsWell() throws Exception {
        site.policy(ErrorPolicy.deadLetter(letters));
        Tasks.run(task, parse, "1");
        assertThat(letters.calls).isEmpty();
    }

    @Test
    void aFailedTaskTakesItsLettersBack() {
        site.policy(ErrorPolicy.deadLetter(letters));
        Operator<String, Integer> chain = parse.andThen(new MapOperator<>(Site.of("next"), i -> 1 / i));
        assertThatThrownBy(() -> Tasks.run(task, chain, "x", "0")).isInstanceOf(OperatorException.class);
        assertThat(letters.calls).endsWith("abort", "close");
        assertThat(task.counts).isEmpty();
    }

    @Test
    void lettersThatCannotBeTakenBackAreReported() {
        site.policy(ErrorPolicy.deadLetter(letters));
        letters.brokenAbort = new IOException("sink gone");
        Operator<String, Integer> chain = parse.andThen(new MapOperator<>(Site.of("next"), i -> 1 / i));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> Tasks.run(task, chain, "x", "0"))
                .withMessage("ACQ-0701 dead letters of " + site + " could not be taken back")
                .withCause(letters.brokenAbort);
    }

    /** A sink that writes down what happens to it. */
    private static final class Letters implements DeadLetterSink {
        private final transient List<String> calls = new ArrayList<>();
        private final transient List<DeadLetter> letters = new ArrayList<>();
        private transient IOException brokenAbort;

        @Override
        public boolean alreadyCommitted(Output.Key key) {
            return false;
        }

        @Override
        public Writer<DeadLetter> open(Output.Key key) {
            calls.add("open " + key);
            return new Writer<>() {
                @Override
                public void write(DeadLetter letter) {
                    letters.add(letter);
                }

                @Override
                public void commit() {
                    calls.add("commit");
                }

                @Override
                public void abort() throws IOException {
                    calls.add("abort");
                    if (brokenAbort != null) {
                        throw brokenAbort;
                    }
                }

                @Override
                public void close() {
                    calls.add("close");
                }
            };
        }
    }
}
