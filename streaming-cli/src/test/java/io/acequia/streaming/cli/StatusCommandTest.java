/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.internal.store.StatusFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StatusCommandTest {
    private static final String OWN_PID = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path dir;

    private StatusFile file;

    @BeforeEach
    void find() {
        file = StatusFile.in(dir);
    }

    @Test
    void aRunningJobTellsItsProcessItsBatchesAndItsSources() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir)) {
            job.run(3);
            CommandRunner status = acequia("status", dir.toString());

            assertThat(status.exitCode()).isZero();
            assertThat(status.err()).isEmpty();
            assertThat(status.out())
                    .startsWith("acequia: ACTIVE, process " + OWN_PID + " on " + StatusFile.thisHost())
                    .contains("one every 1s")
                    .contains("  source numbers: ACTIVE, ");
        }
    }

    @Test
    void aStoppedJobSaysWhatItLeft() throws Exception {
        WrittenJob job = WrittenJob.start(dir);
        job.run(2).close();

        CommandRunner complete = acequia("status", dir.toString());
        change("left.batches", "1", "left.blocks", "2", "left.records", "30");
        CommandRunner partly = acequia("status", dir.toString());
        change("failure", "ACQ-0999 no\nwater");
        CommandRunner failed = acequia("status", dir.toString());

        assertThat(complete.exitCode()).isZero();
        assertThat(complete.out())
                .startsWith("acequia: STOPPED, nothing was left undone")
                .contains("batches: 2 done, 0 of them failed, 0 waiting or running")
                .contains("the last of 2026-01-01T00:00:02Z");
        assertThat(partly.exitCode()).isEqualTo(4);
        assertThat(partly.out()).contains("left undone: 1 batch, 2 blocks with 30 records");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out()).contains("because of a failure: ACQ-0999 no\\nwater");
    }

    @Test
    void aProcessThatIsGoneIsNotTakenForARunningJob() throws Exception {
        WrittenJob.start(dir).run(1).close();
        Process ended = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .start();
        ended.getInputStream().readAllBytes();
        ended.waitFor();
        change("state", "ACTIVE", "pid", Long.toString(ended.pid()));

        CommandRunner status = acequia("status", dir.toString());
        CommandRunner stop = acequia("stop", dir.toString());

        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.out()).contains("gone: process " + ended.pid()).contains("ended without a word");
        assertThat(stop.exitCode()).isEqualTo(1);
        assertThat(stop.out()).contains("does not run: process " + ended.pid());
    }

    @Test
    void anotherProcessWithTheNumberOfTheJobIsToldFromIt() throws Exception {
        WrittenJob.start(dir).run(1).close();
        change("state", "ACTIVE", "process.started", Instant.EPOCH.toString());

        CommandRunner status = acequia("status", dir.toString());
        CommandRunner stop = acequia("stop", dir.toString());

        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.out()).contains("gone: process " + OWN_PID).contains("is another process now");
        assertThat(stop.exitCode()).isEqualTo(1);
    }

    @Test
    void aProcessElsewhereIsNeitherJudgedNorStopped() throws Exception {
        WrittenJob.start(dir).run(1).close();
        change("state", "ACTIVE", "host", "elsewhere");

        CommandRunner status = acequia("status", dir.toString());
        CommandRunner stop = acequia("stop", dir.toString());

        assertThat(status.exitCode()).isZero();
        assertThat(status.out()).contains("ACTIVE by its own word, process " + OWN_PID + " on elsewhere");
        assertThat(stop.exitCode()).isEqualTo(3);
        assertThat(stop.err()).contains("ACQ-2285").contains("elsewhere");
    }

    @Test
    void aProcessInAnotherContainerOfThisHostNameIsNeitherJudgedNorStopped() throws Exception {
        WrittenJob.start(dir).run(1).close();
        change("state", "ACTIVE", "pid.namespace", "pid:[1]");

        CommandRunner status = acequia("status", dir.toString());
        CommandRunner stop = acequia("stop", dir.toString());

        String where = "process " + OWN_PID + " on " + StatusFile.thisHost() + " in pid:[1], ";
        String here = "is another machine or container than this, " + StatusFile.thisHost();
        assertThat(status.exitCode()).isZero();
        assertThat(status.out()).contains("ACTIVE by its own word, " + where + "which " + here);
        assertThat(stop.exitCode()).isEqualTo(3);
        assertThat(stop.err()).contains("ACQ-2285 acequia is " + where + "and that " + here, ": stop it there");
    }

    @Test
    void aStatusWithoutANamespaceIsJudgedByItsHost() throws Exception {
        WrittenJob.start(dir).run(1).close();
        Map<String, String> entries = file.read().orElseThrow();
        entries.remove("pid.namespace");
        entries.put("state", "ACTIVE");
        file.write(entries);

        assertThat(acequia("status", dir.toString()).out()).startsWith("acequia: ACTIVE, process " + OWN_PID);
        assertThat(acequia("stop", dir.toString()).err()).contains("ACQ-2288");
    }

    @Test
    void aProcessWhoseStartIsNotKnownIsNotStopped() throws Exception {
        WrittenJob.start(dir).run(1).close();
        Map<String, String> entries = file.read().orElseThrow();
        entries.remove("process.started");
        entries.put("state", "ACTIVE");
        file.write(entries);

        assertThat(acequia("status", dir.toString()).out()).contains("ACTIVE, perhaps: ");
        CommandRunner stop = acequia("stop", dir.toString());
        assertThat(stop.exitCode()).isEqualTo(3);
        assertThat(stop.err()).contains("ACQ-2286");
    }

    @Test
    void noStatusOrOneOfAnotherJobOrNoneAtAllIsRefused() throws Exception {
        WrittenJob.start(dir).run(1).close();
        change("format", "9");
        isRefused("ACQ-2283");
        change("format", "1", "job", "another");
        isRefused("ACQ-2284");
        Files.delete(dir.resolve(StatusFile.NAME));
        isRefused("ACQ-2282");

        assertThat(acequia("status", dir.resolve("none").toString()).exitCode()).isEqualTo(2);
    }

    private void isRefused(String code) {
        for (String command : new String[] {"status", "stop"}) {
            CommandRunner refused = acequia(command, dir.toString());
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err()).contains(code);
        }
    }

    private void change(String... entries) throws IOException {
        Map<String, String> changed = file.read().orElseThrow();
        for (int i = 0; i < entries.length; i += 2) {
            changed.put(entries[i], entries[i + 1]);
        }
        file.write(changed);
    }
}
