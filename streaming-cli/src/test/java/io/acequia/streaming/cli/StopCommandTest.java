/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StopCommandTest {
    @TempDir
    Path dir;

    private Path job;

    @BeforeEach
    void find() throws IOException {
        job = dir.resolve("job");
        Files.createDirectory(dir.resolve("in"));
    }

    /** Runs batches for ever on a directory, or one batch that does not end. */
    public static final class OnDirectory {
        public static void main(String[] args) throws Exception {
            boolean stuck = args.length > 2;
            StreamingConf conf = new StreamingConf().setMaster("local[1]").setAppName("orders");
            try (StreamingContext ssc = new StreamingContext(conf, Duration.ofMillis(50))) {
                ssc.checkpoint(args[0]);
                ssc.textFileStream(args[1]).foreachRDD(rdd -> {
                    System.out.println("ready");
                    if (stuck) {
                        new CountDownLatch(1).await();
                    }
                });
                ssc.start();
                ssc.awaitTermination();
            }
        }
    }

    @Test
    void aJobIsStoppedGracefullyAndSaysThatNothingWasLeft() throws Exception {
        Process process = started();
        CommandRunner running = acequia("status", job.toString());
        CommandRunner stop = acequia("stop", job.toString(), "--grace", "60s");

        assertThat(running.out()).startsWith("orders: ").contains("process " + process.pid());
        assertThat(stop.exitCode()).as(stop.out() + stop.err()).isZero();
        assertThat(stop.out())
                .contains("SIGTERM sent to process " + process.pid())
                .contains("orders has stopped; nothing was left undone");
        assertThat(process.waitFor()).isEqualTo(128 + 15);
        assertThat(acequia("stop", job.toString()))
                .satisfies(again -> assertThat(again.exitCode()).isZero())
                .satisfies(again -> assertThat(again.out()).contains("has stopped already"));
    }

    @Test
    void whatAStopLeavesIsToldAndIsFour() throws Exception {
        Process process = started("-Dstreaming.stop.timeout=500ms", "stuck");
        CommandRunner stop = acequia("stop", job.toString(), "--grace", "1m");

        assertThat(stop.exitCode()).isEqualTo(4);
        assertThat(stop.out()).contains("left undone: ").contains(" batch");
        assertThat(process.waitFor()).isEqualTo(4);
    }

    @Test
    void aJobThatTakesLongerThanTheGraceIsFourAndProgressIsTold() throws Exception {
        Process process = started("-Dstreaming.stop.timeout=10m", "stuck");
        // A second signal changes nothing; after the first it may take long until the process says so.
        process.destroy();
        while (!acequia("status", job.toString()).out().contains("STOPPING")) {
            assertThat(process.isAlive()).isTrue();
        }
        CommandRunner stop = acequia("stop", job.toString(), "--grace", "2500ms");
        boolean alive = process.isAlive();
        process.destroyForcibly().waitFor();

        assertThat(stop.exitCode()).isEqualTo(4);
        assertThat(alive).isTrue();
        assertThat(stop.out())
                .contains("0 batches done, ")
                .contains("orders has not stopped in 2500ms: STOPPING, ")
                .contains("'kill -9 " + process.pid() + "'");
        assertThat(acequia("status", job.toString()))
                .satisfies(killed -> assertThat(killed.exitCode()).isEqualTo(1))
                .satisfies(killed -> assertThat(killed.out()).contains("gone: ").contains("was STOPPING"));
    }

    @Test
    void aJobThatIsKilledMeanwhileIsNotCalledStopped() throws Exception {
        started("-Dstreaming.stop.on.shutdown=false");
        CommandRunner stop = acequia("stop", job.toString());

        assertThat(stop.exitCode()).isEqualTo(4);
        assertThat(stop.out()).contains("has ended while it was ACTIVE, without a graceful stop");
    }

    @Test
    void aJobInThisProcessIsNotStopped() throws Exception {
        try (WrittenJob own = WrittenJob.start(job)) {
            CommandRunner stop = acequia("stop", job.toString());

            assertThat(stop.exitCode()).isEqualTo(3);
            assertThat(stop.err()).contains("ACQ-2288");
            own.run(1);
        }
    }

    @Test
    void aGraceThatIsNoTimeIsRefused() {
        CommandRunner stop = acequia("stop", job.toString(), "--grace", "soon");

        assertThat(stop.exitCode()).isEqualTo(2);
        assertThat(stop.err()).contains("ACQ-2287 --grace soon");
    }

    /** The job in a process of its own, after its first batch began. */
    private Process started(String... options) throws IOException {
        boolean stuck = List.of(options).contains("stuck");
        List<String> arguments = new ArrayList<>(List.of("run"));
        List.of(options).stream().filter(option -> option.startsWith("-D")).forEach(arguments::add);
        arguments.addAll(List.of(
                OnDirectory.class.getName(), job.toString(), dir.resolve("in").toString()));
        if (stuck) {
            arguments.add("stuck");
        }
        Process process = new ProcessBuilder(new ChildJvm(arguments).command())
                .redirectError(Redirect.to(dir.resolve("errors.log").toFile()))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("ready");
        return process;
    }
}
