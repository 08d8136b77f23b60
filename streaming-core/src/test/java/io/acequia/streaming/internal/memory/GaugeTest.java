/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GaugeTest {
    private final Gauge gauge = new Gauge(1000);

    @Test
    void oneRecordMayBeTooMuch() {
        assertThat(gauge.isDue(new byte[2000])).isTrue();
        assertThat(gauge.isFull(gauge.bytes())).isTrue();
        gauge.empty();
        assertThat(gauge.bytes()).isZero();
        assertThat(gauge.isDue(new byte[2000])).isTrue();
    }

    @Test
    void afterASmallRecordLargeOnesAreSeenSoon() {
        int held = 0;
        boolean full = false;
        while (!full) {
            full = gauge.isDue(held++ == 0 ? "" : new byte[2000]) && gauge.isFull(gauge.bytes());
        }
        assertThat(held).isLessThan(5);
    }

    @Test
    void itLooksSeldomWhileThereIsPlentyOfRoom() {
        Gauge wide = new Gauge(1 << 30);
        int looks = 0;
        for (int i = 0; i < 1 << 16; i++) {
            if (wide.isDue(i)) {
                looks++;
                assertThat(wide.isFull(wide.bytes())).isFalse();
            }
        }
        assertThat(looks).isLessThan(12);
    }

    @Test
    void whatCannotBeWrittenIsTriedOnce() {
        AtomicInteger tried = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            assertThat(gauge.putAside(() -> {
                        tried.incrementAndGet();
                        throw new IllegalArgumentException("not registered");
                    }))
                    .isFalse();
        }
        assertThat(tried).hasValue(1);
        assertThat(gauge.isDue(new byte[2000])).isFalse();
    }
}
