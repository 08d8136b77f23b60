/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.internal.log.Address;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final int MIB = 1 << 20;

    private final StandingClock clock = new StandingClock();
    private final StringWriter told = new StringWriter();
    private final Progress progress = new Progress(clock, new PrintWriter(told, true), "lines", 100L * MIB);

    @Test
    void shortWorkIsNotTold() {
        for (int i = 1; i <= 100; i++) {
            read(i);
        }

        assertThat(told.toString()).isEmpty();
    }

    @Test
    void longWorkIsToldEveryTwoSecondsAndBeginsAnewWhenItIsReadAgain() {
        for (int i = 1; i <= 30; i++) {
            clock.pass(Duration.ofMillis(100));
            read(i);
        }
        read(1);
        clock.pass(Duration.ofSeconds(1));
        read(2);

        assertThat(told.toString().lines()).containsExactly("lines: 20 of 100 MiB", "lines: 2 of 100 MiB");
    }

    private void read(long seq) {
        progress.record((byte) 1, new Address("file", 0, MIB, seq), ByteBuffer.allocate(0));
    }
}
