/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SupervisorTest {
    private final StandingClock clock = new StandingClock();
    private final StringWriter told = new StringWriter();
    private int starts;

    /** A process that has run for a time and then ends so. */
    private record Run(int exitCode, Duration length) {}

    private Supervisor supervisor(RestartPolicy policy, Run... runs) {
        Deque<Run> left = new ArrayDeque<>(List.of(runs));
        return new Supervisor(
                clock,
                () -> {
                    starts++;
                    Run run = left.remove();
                    return new Supervisor.Child() {
                        @Override
                        public int await() {
                            clock.pass(run.length());
                            return run.exitCode();
                        }

                        @Override
                        public void end() {}
                    };
                },
                policy,
                new PrintWriter(told, true));
    }

    private static Run ends(int exitCode) {
        return new Run(exitCode, Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 134, 137, 139, 7})
    void aProgramThatFailsOrIsKilledIsStartedAgain(int exitCode) throws Exception {
        int last = supervisor(RestartPolicy.of(null, null), ends(exitCode), ends(0))
                .run();

        assertThat(last).isZero();
        assertThat(starts).isEqualTo(2);
        assertThat(told.toString().lines())
                .singleElement()
                .asString()
                .contains(exitCode > 128 ? "was killed by signal " + (exitCode - 128) : "exit code " + exitCode)
                .contains("started again in 1s (restart 1 of 10)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 129, 130, 143})
    void aProgramThatARestartCannotHelpOrThatWasAskedToEndIsNot(int exitCode) throws Exception {
        int last = supervisor(RestartPolicy.of(null, null), ends(exitCode)).run();

        assertThat(last).isEqualTo(exitCode);
        assertThat(starts).isEqualTo(1);
        assertThat(told.toString().contains("cannot help")).isEqualTo(exitCode == 2 || exitCode == 3);
    }

    @Test
    void theWaitDoublesUpToItsMostAndTheRestartsAreBounded() throws Exception {
        int last = supervisor(RestartPolicy.of(4, "1s..5s"), ends(1), ends(1), ends(1), ends(1), ends(137))
                .run();

        assertThat(last).isEqualTo(137);
        assertThat(clock.waits)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(5));
        assertThat(told.toString()).contains("was killed by signal 9 once more after 4 restarts: it is given up");
    }

    @Test
    void aLongRunBeginsTheCountAnew() throws Exception {
        Run steady = new Run(1, Duration.ofMinutes(11));

        int last = supervisor(RestartPolicy.of(2, "1s..1m"), ends(1), ends(1), steady, ends(1), ends(1))
                .run();

        assertThat(last).isEqualTo(1);
        assertThat(starts).isEqualTo(5);
        assertThat(clock.waits)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void aSignalIsPassedOnAndNothingIsStartedAfterIt() throws Exception {
        CountDownLatch awaited = new CountDownLatch(1);
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Supervisor supervisor = new Supervisor(
                clock,
                () -> {
                    starts++;
                    return new Supervisor.Child() {
                        @Override
                        public int await() {
                            awaited.countDown();
                            return code.join();
                        }

                        @Override
                        public void end() {
                            code.complete(1);
                        }
                    };
                },
                RestartPolicy.of(null, null),
                new PrintWriter(told, true));
        CompletableFuture<Integer> last = CompletableFuture.supplyAsync(() -> {
            try {
                return supervisor.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        awaited.await();

        assertThat(supervisor.end()).hasValue(1);
        assertThat(last.get()).isEqualTo(1);
        assertThat(starts).isEqualTo(1);
        assertThat(told.toString()).isEmpty();
    }

    @Test
    void aPolicyThatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RestartPolicy.of(-1, null))
                .withMessageStartingWith("ACQ-2231 --restarts -1");
        for (String text : List.of("1s", "1s..", "5s..1s", "0s..1s", "1..2", "soon..later")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RestartPolicy.of(1, text))
                    .withMessageStartingWith("ACQ-2232 --back-off " + text);
        }
        assertThat(RestartPolicy.of(0, "200ms..2m"))
                .isEqualTo(new RestartPolicy(0, Duration.ofMillis(200), Duration.ofMinutes(2)));
    }

    @Test
    void theDefaultsAreTenRestartsAndOneSecondToOneMinute() {
        RestartPolicy policy = RestartPolicy.of(null, null);

        assertThat(policy).isEqualTo(new RestartPolicy(10, Duration.ofSeconds(1), Duration.ofMinutes(1)));
        assertThat(policy.waitBefore(1_000_000)).isEqualTo(Duration.ofMinutes(1));
    }
}
