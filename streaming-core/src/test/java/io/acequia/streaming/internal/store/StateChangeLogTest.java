/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateChangeLogTest {
    private final RecordSerializer serializer = new RecordSerializer(Set.of());

    private byte[] written(Time from, Time until, List<StateChange<String, Long>> changes) throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        try (RecordSerializer.Writer out =
                serializer.writer((bytes, length) -> chunks.add(Arrays.copyOf(bytes, length)))) {
            StateChangeLog.write(from, until, changes.iterator(), out);
            out.finish();
        }
        assertThat(chunks).hasSize(1);
        return chunks.get(0);
    }

    @Test
    void changesAreReadAsTheyWereWritten() throws IOException {
        List<StateChange<String, Long>> changes = List.of(
                new StateChange<>("gone", null, null),
                new StateChange<>("idle", 1L, new Time(9000)),
                new StateChange<>("lasting", 2L, null));
        byte[] chunk = written(new Time(1000), new Time(2000), changes);
        StateChangeLog.Reader<String, Long> reader = StateChangeLog.read(
                new RecordSerializer(Set.of()).read(List.of(chunk).iterator()));
        assertThat(reader.from()).isEqualTo(new Time(1000));
        assertThat(reader.until()).isEqualTo(new Time(2000));
        assertThat(reader).toIterable().containsExactlyElementsOf(changes);
    }

    @Test
    void aWholeVersionHasNoneBefore() throws IOException {
        StateChangeLog.Reader<String, Long> reader = StateChangeLog.read(serializer.read(
                List.of(written(null, new Time(2000), List.of())).iterator()));
        assertThat(reader.from()).isNull();
        assertThat(reader.hasNext()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5})
    void aLogThatEndsTooEarlyIsRefused(int length) {
        List<Object> records =
                Arrays.<Object>asList(1, null, 2000L, "key", 5L, null).subList(0, length);
        assertThatIllegalStateException()
                .isThrownBy(() -> StateChangeLog.read(records.iterator()).next())
                .withMessageStartingWith("ACQ-0592 a log of state changes is damaged: it ends inside a change");
    }

    @Test
    void whatIsNoLogOfChangesIsRefused() {
        for (List<Object> records : List.of(
                Arrays.<Object>asList(2, null, 2000L),
                Arrays.<Object>asList("1", null, 2000L),
                Arrays.<Object>asList(1, "then", 2000L),
                Arrays.<Object>asList(1, null, null),
                Arrays.<Object>asList(1, null, 2000L, null, 5L, null))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> StateChangeLog.read(records.iterator()).next())
                    .withMessageStartingWith("ACQ-0592 ");
        }
    }
}
