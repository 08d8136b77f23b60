/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MembershipsTest {
    private static Memberships.Of of(String group) {
        return new Memberships.Of(
                new Connection(Map.of("bootstrap.servers", "b:1")), group, Topics.NONE.withNames("t"));
    }

    @Test
    void aNameIsOfOneReceiverAtATime() {
        String first = Memberships.take(of("one"));
        String second = Memberships.take(of("one"));
        assertThat(second).isNotEqualTo(first);

        Memberships.giveBack(of("one"), first);
        assertThat(Memberships.take(of("one"))).isEqualTo(first);
        assertThat(Memberships.take(of("one"))).isNotIn(first, second);
    }

    @Test
    void sourcesDoNotShareNames() {
        String first = Memberships.take(of("two"));
        Memberships.giveBack(of("two"), first);

        assertThat(Memberships.take(of("three"))).isNotEqualTo(first);
        assertThat(Memberships.take(of("two"))).isEqualTo(first);
    }
}
