/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.testkit.StartedServers.Server;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ServerRowsTest {
    private final Server shared = new Server("acequia/kafka", "4.3.1");
    private final Server own = new Server("acequia/mosquitto", "2.0");

    @AfterEach
    void end() {
        StartedServers.ended(shared);
        StartedServers.ended(own);
        StartedServers.testBegins();
    }

    @Test
    void aTestMeetsTheServersThatAreUpAndThoseThatItStarts() {
        StartedServers.started(shared);
        StartedServers.testBegins();
        StartedServers.started(own);
        StartedServers.ended(own);
        assertThat(StartedServers.met()).containsExactly(shared, own);

        StartedServers.testBegins();
        assertThat(StartedServers.met()).containsExactly(shared);

        StartedServers.ended(shared);
        StartedServers.testBegins();
        assertThat(StartedServers.met()).isEmpty();
    }

    @Test
    void twoServersOfAnImageAreNamedOnceAndEndOneByOne() {
        Server second = new Server(shared.image(), shared.version());
        StartedServers.started(shared);
        StartedServers.started(second);
        StartedServers.ended(second);
        StartedServers.ended(second);
        StartedServers.testBegins();
        assertThat(StartedServers.met()).containsExactly(shared);
    }

    @Test
    void aRowTellsTheOutcomeAndEachServer() {
        assertThat(ServerRows.row("a.B#c", Optional.empty(), List.of(shared, own)))
                .isEqualTo("a.B#c\tpassed\tacequia/kafka,acequia/mosquitto\t4.3.1,2.0");
        assertThat(ServerRows.row("a.B#c", Optional.of(new AssertionError()), List.of(own)))
                .isEqualTo("a.B#c\tfailed\tacequia/mosquitto\t2.0");
        assertThat(ServerRows.row("a.B#c", Optional.of(new TestAbortedException()), List.of(own)))
                .startsWith("a.B#c\tskipped\t");
    }
}
