/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.internal.local.LocalEngineProvider;
import io.acequia.streaming.internal.store.StatusFile;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusReportTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final BatchInfo BATCH =
            new BatchInfo(new Time(0), Map.of(), BEGIN, Optional.empty(), Optional.empty(), Optional.empty());
    private static final ReceiverEvent EVENT =
            new ReceiverEvent(0, "lines", ReceiverState.RETRYING, 1, Optional.empty(), Optional.empty());

    @TempDir
    private Path folder;

    private final Engine engine = new LocalEngineProvider()
            .open("local[1]", new EngineProvider.Settings("test", Map.of(), Set.of(), Map.of(), StreamClock.system()));
    private final Standing clock = new Standing();
    private JobDirectory directory;
    private StatusReport report;
    private int batches;

    private static final class Standing implements StreamClock {
        private Instant now = BEGIN;

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void awaitUntil(Instant at) {}
    }

    @BeforeEach
    void begin() throws IOException {
        directory = JobDirectory.open(engine, folder.resolve("job").toString());
        report = StatusReport.begin(directory, this::status, clock, new ListenerBus())
                .orElseThrow();
    }

    @AfterEach
    void end() {
        directory.close();
        engine.close();
    }

    private ContextStatus status() {
        return new ContextStatus(
                "orders",
                "ACTIVE",
                Duration.ofSeconds(1),
                Optional.of(BEGIN),
                Optional.of(new Time(7000)),
                1,
                batches,
                2,
                3,
                Map.of(),
                4,
                5,
                List.of(new ContextStatus.SourceStatus(
                        0, "lines", ReceiverState.ACTIVE, 6, 7, 8, 9, OptionalLong.empty(), Optional.empty())),
                List.of(),
                Optional.empty());
    }

    private JobStatus read() throws IOException {
        return StatusFile.in(folder.resolve("job")).read().map(JobStatus::of).orElseThrow();
    }

    private void batchAfter(Duration time) {
        clock.now = clock.now.plus(time);
        batches++;
        report.onBatchCompleted(BATCH);
    }

    @Test
    void theFileSaysWhoWroteItAndHowTheJobIs() throws IOException {
        JobStatus read = read();

        assertThat(read.process().pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(read.process().host()).isEqualTo(StatusFile.thisHost());
        assertThat(read.process().namespace()).isEqualTo(StatusFile.thisNamespace());
        assertThat(read.process().started())
                .isEqualTo(ProcessHandle.current().info().startInstant());
        assertThat(read)
                .isEqualTo(JobStatus.of(directory.job().toString(), read.process(), status(), BEGIN))
                .isEqualTo(JobStatus.of(read.entries()));
        assertThat(read.sources()).containsExactly(new JobStatus.Source("lines", "ACTIVE", 6, 8, 9));
    }

    @Test
    void batchesAreToldOnceASecondAtMostAndStatesAtOnce() throws IOException {
        batchAfter(Duration.ofMillis(999));
        assertThat(read().batchesCompleted()).isZero();
        batchAfter(Duration.ofMillis(1));
        assertThat(read().batchesCompleted()).isEqualTo(2);
        batchAfter(Duration.ofMillis(10));
        assertThat(read().batchesCompleted()).isEqualTo(2);
        report.onReceiverStateChanged(EVENT);
        assertThat(read().batchesCompleted()).isEqualTo(3);
        batchAfter(Duration.ofSeconds(-10));
        assertThat(read().batchesCompleted()).as("the clock was set back").isEqualTo(4);
    }

    @Test
    void theLastWordSaysWhatWasLeftAndStays() throws IOException {
        report.end(new StopReport(false, Duration.ZERO, 1, 2, 3), new IOException("no\nwater"));
        batchAfter(Duration.ofSeconds(5));
        report.write();

        assertThat(read().state()).isEqualTo("STOPPED");
        assertThat(read().left()).contains(new JobStatus.Left(1, 2, 3));
        assertThat(read().failure()).contains("no\nwater");
        assertThat(read().writtenAt()).isEqualTo(BEGIN);
        assertThat(JobStatus.of(read().entries())).isEqualTo(read());
    }

    @Test
    void aDiskThatRefusesDoesNotReachTheJob() throws IOException {
        Path status = folder.resolve("job").resolve(StatusFile.NAME);
        Files.delete(status);
        Files.createDirectories(status.resolve("in the way"));

        batchAfter(Duration.ofSeconds(1));
        report.onReceiverStopped(EVENT);
        report.end(new StopReport(true, Duration.ZERO, 0, 0, 0), null);

        assertThat(status).isDirectory();
    }

    private static JobStatus.Process process(Optional<String> namespace) {
        return new JobStatus.Process("h", namespace, 1, Optional.empty());
    }

    @Test
    void theNamespaceOfAProcessIsKeptAndMayBeMissing() {
        for (Optional<String> namespace : List.of(Optional.of("pid:[4026531836]"), Optional.<String>empty())) {
            JobStatus written = JobStatus.of("j", process(namespace), status(), BEGIN);

            assertThat(JobStatus.of(written.entries())).isEqualTo(written);
        }
    }

    @Test
    void entriesThatAreNoneAreRefused() {
        Map<String, String> entries = new TreeMap<>(
                JobStatus.of("j", process(Optional.empty()), status(), BEGIN).entries());
        for (String key : List.copyOf(entries.keySet())) {
            Map<String, String> wrong = new TreeMap<>(entries);
            wrong.remove(key);
            if (Set.of("started", "batch.last").contains(key)) {
                assertThat(JobStatus.of(wrong)).isNotNull();
            } else {
                assertThatIllegalArgumentException().isThrownBy(() -> JobStatus.of(wrong));
            }
        }
        entries.put("written", "soon");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobStatus.of(entries))
                .withMessage("'soon' is no time");
    }
}
