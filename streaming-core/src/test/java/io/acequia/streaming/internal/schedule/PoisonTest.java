/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoisonTest {
    private static final Output.Key KEY = new Output.Key(new Time(1000), "in", 2);

    private final List<Rejected> two = List.of(rejected("line 3", "ä"), rejected("line 9", "y"));
    private final Letters letters = new Letters();

    private static Rejected rejected(String where, String raw) {
        return new Rejected(raw.getBytes(StandardCharsets.UTF_8), where, new IOException("bad " + raw));
    }

    @Test
    void theBatchFailsWhenThatIsAskedFor() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Poison.settle(ErrorPolicy.fail(), "orders", KEY, two))
                .withMessage("ACQ-1007 source 'orders' brought 2 records that cannot be decoded, the first at line 3:"
                        + " set onPoison(skip or deadLetter) to go on")
                .havingCause()
                .withMessage("bad ä");
    }

    @Test
    void skippedRecordsNeedNothingMore() throws Exception {
        Poison.settle(ErrorPolicy.skip(), "orders", KEY, two);
        assertThat(letters.calls).isEmpty();
    }

    @Test
    void lettersAreWrittenOnce() throws Exception {
        Poison.settle(ErrorPolicy.deadLetter(letters), "orders", KEY, two);
        assertThat(letters.calls).containsExactly("open " + KEY, "line 3 ä", "line 9 y", "commit", "close");
        letters.committed = true;
        Poison.settle(ErrorPolicy.deadLetter(letters), "orders", KEY, two);
        assertThat(letters.calls).hasSize(5);
    }

    @Test
    void lettersThatCannotBeWrittenAreTakenBackAndFailTheBatch() {
        letters.brokenWrite = new IOException("sink gone");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Poison.settle(ErrorPolicy.deadLetter(letters), "orders", KEY, two))
                .isSameAs(letters.brokenWrite);
        assertThat(letters.calls).containsExactly("open " + KEY, "abort", "close");
    }

    /** A sink that writes down what happens to it. */
    private static final class Letters implements DeadLetterSink {
        private final transient List<String> calls = new ArrayList<>();
        private transient boolean committed;
        private transient IOException brokenWrite;

        @Override
        public boolean alreadyCommitted(Output.Key key) {
            return committed;
        }

        @Override
        public Writer<DeadLetter> open(Output.Key key) {
            calls.add("open " + key);
            return new Writer<>() {
                @Override
                public void write(DeadLetter letter) throws IOException {
                    if (brokenWrite != null) {
                        throw brokenWrite;
                    }
                    assertThat(letter.origin()).isEqualTo("orders");
                    assertThat(letter.batchTime()).isEqualTo(KEY.time());
                    assertThat(letter.cause()).isEqualTo("java.io.IOException: bad " + letter.text());
                    assertThat(new String(letter.raw(), StandardCharsets.UTF_8)).isEqualTo(letter.text());
                    calls.add(letter.position() + " " + letter.text());
                }

                @Override
                public void commit() {
                    calls.add("commit");
                }

                @Override
                public void abort() {
                    calls.add("abort");
                }

                @Override
                public void close() {
                    calls.add("close");
                }
            };
        }
    }
}
