/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.examples.Sessions.Session;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches of one second; a session ends when its user did not click for three. */
@Timeout(60)
class SessionsTest {
    private static TestStreams program() {
        return TestStreams.every(
                Durations.seconds(1), s -> s.collect("ended", Sessions.ended(s.input("clicks"), Durations.seconds(3))));
    }

    private static Session session(String user, int pages, int seconds) {
        return new Session(user, pages, Durations.seconds(seconds));
    }

    @Test
    void anIdleSessionEndsOnceThreeSecondsAfterItsLastClick() {
        try (TestStreams t = program()) {
            t.add("clicks", "ada /home", "bob /home", "ada /cart")
                    .add("clicks", "ada /pay")
                    .advance(8);

            assertThat(t.<Session>batches("ended"))
                    .containsExactly(
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(session("bob", 1, 0)),
                            List.of(session("ada", 3, 1)),
                            List.of(),
                            List.of(),
                            List.of());
        }
    }

    @Test
    void aClickInTheBatchInWhichTheSessionWouldEndKeepsItOpen() {
        try (TestStreams t = program()) {
            t.add("clicks", "ada /home").add("clicks").add("clicks").add("clicks", "ada /cart");
            t.advance(7);

            assertThat(t.<Session>batches("ended"))
                    .containsExactly(
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(session("ada", 2, 3)));
        }
    }

    @Test
    void aClickAfterTheEndBeginsAnotherSession() {
        try (TestStreams t = program()) {
            t.add("clicks", "ada /home")
                    .add("clicks")
                    .add("clicks")
                    .add("clicks")
                    .add("clicks", "ada /home");
            t.advance(8);

            assertThat(t.<Session>batches("ended").subList(3, 8))
                    .containsExactly(
                            List.of(session("ada", 1, 0)),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(session("ada", 1, 0)));
        }
    }

    @Test
    void aLogoutEndsTheSessionAtOnceAndItDoesNotEndAgain() {
        try (TestStreams t = program()) {
            t.add("clicks", "ada /home").add("clicks", "ada /cart", "ada /logout", "ada /home");
            t.advance(6);

            assertThat(t.<Session>batches("ended"))
                    .containsExactly(
                            List.of(),
                            List.of(session("ada", 3, 1)),
                            List.of(),
                            List.of(),
                            List.of(session("ada", 1, 0)),
                            List.of());
        }
    }

    @Test
    void aLineThatIsNoClickIsLeftOutAndCounted() {
        try (TestStreams t = program()) {
            t.add("clicks", "nonsense", "ada /logout").advance(1);

            assertThat(t.last("ended")).isEqualTo(List.of(session("ada", 1, 0)));
            assertThat(t.context().status().recordErrors().values()).containsExactly(1L);
        }
    }
}
