/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.examples.CustomDirectSource.NumberedLines;
import io.acequia.streaming.testkit.ManualClock;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CustomDirectSourceTest {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile int withheld;
    private volatile Runnable onRead = () -> {};
    private HttpServer server;
    private String url;

    @TempDir
    Path dir;

    @BeforeEach
    void startTheServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/end", exchange -> answer(exchange, List.of(Integer.toString(lines.size()))));
        server.createContext("/lines", exchange -> {
            String[] range = exchange.getRequestURI().getQuery().split("from=|&until=");
            int from = Integer.parseInt(range[1]);
            answer(exchange, List.copyOf(lines).subList(from, Integer.parseInt(range[2]) - withheld));
            onRead.run();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange, List<String> text) throws IOException {
        byte[] body = text.stream()
                .map(line -> line + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
        int code = refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? 503 : 200;
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterEach
    void stopTheServer() {
        server.stop(0);
    }

    private TestStreams job() {
        return TestStreams.every(
                Duration.ofSeconds(1),
                TestStreams.defaults(),
                dir,
                t -> t.collect(
                        "lines",
                        t.context().directStream(new NumberedLines(url)).uid("lines")));
    }

    private SplitPlanner<String> planner(String restored) throws Exception {
        ManualClock clock = new ManualClock(Instant.EPOCH);
        return new NumberedLines(url)
                .newPlanner(new PlannerContext(
                        new Time(0), Duration.ofSeconds(1), clock, Optional.of(restored), 0, Map.of()));
    }

    @Test
    void theProgramCountsWhatComesAfterItsStart() throws Exception {
        lines.add("before");
        try (RunningProgram program = RunningProgram.start(CustomDirectSource::main, url)) {
            program.awaitPrinted("Time: ");
            lines.add("to be or not to be");

            assertThat(program.awaitPrinted("(to,2)")).doesNotContain("before");
            program.stopStream().awaitEnd();
        }
    }

    @Test
    void eachLineIsInOneBatchOverRestartsAndACrash() {
        try (TestStreams job = job()) {
            job.advance(1);
            lines.add("a");
            job.advance(1);
            lines.add("b");
            job.restart().advance(1);
            lines.addAll(List.of("c", "d"));
            onRead = () -> {
                onRead = () -> {};
                lines.add("after the plan");
            };
            job.crashDuringNextBatch();
            job.advance(1);

            assertThat(job.<String>batches("lines"))
                    .containsExactly(
                            List.of(), List.of("a"), List.of("b"), List.of("c", "d"), List.of("after the plan"));
            assertThat(job.runs("lines"))
                    .containsEntry(new Time(job.clock().now().toEpochMilli() - 1_000), 2);
        }
    }

    @Test
    void aServerThatIsAwayForAMomentCostsNoLine() {
        try (TestStreams job = job()) {
            job.advance(1);
            lines.add("a");
            refusals.set(1);
            job.advance(1);

            assertThat(refusals).hasValue(0);
            assertThat(job.<String>last("lines")).containsExactly("a");
        }
    }

    @Test
    void aLongRangeIsSplitAndALimitIsKept() throws Exception {
        IntStream.range(0, 2_500).forEach(n -> lines.add("line " + n));
        SplitPlanner<String> planner = planner("0");

        Plan<String> limited = planner.plan(new Time(1_000), 1_200);
        Plan<String> none = planner.plan(new Time(2_000), 0);
        Plan<String> rest = planner.plan(new Time(3_000), Long.MAX_VALUE);

        assertThat(limited.position()).isEqualTo("1200");
        assertThat(limited.splits()).extracting(Split::range).containsExactly("0,1000", "1000,1200");
        assertThat(none).isEqualTo(new Plan<>(List.of(), "1200"));
        assertThat(rest.splits()).extracting(Split::range).containsExactly("1200,2200", "2200,2500");
        assertThat(planner.split("1200,2200")).isEqualTo(rest.splits().get(0));
    }

    @Test
    void anAnswerThatIsCutShortFailsTheBatchAndLosesNothing() {
        try (TestStreams job = job()) {
            job.advance(1);
            lines.addAll(List.of("a", "b"));
            withheld = 1;

            assertThatThrownBy(() -> job.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("[0, 2) has 1 whole lines, not 2");

            withheld = 0;
            job.restart().advance(1);
            assertThat(job.<String>batches("lines").stream().flatMap(List::stream))
                    .containsExactly("a", "b");
        }
    }

    @Test
    void aServerThatBeganAnewIsRefused() throws Exception {
        lines.add("another first line");

        assertThatThrownBy(() -> planner("17").plan(new Time(1_000), Long.MAX_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ends at 1, and lines up to 17 were read from it");
    }
}
