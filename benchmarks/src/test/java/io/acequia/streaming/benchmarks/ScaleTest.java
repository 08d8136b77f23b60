/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Want;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void aBatchHasATaskForEachBlockAndIsInTheJournal() throws Exception {
        try (SimulatedJob job = new SimulatedJob("local[2]", 7, 14)) {
            assertThat(job.receivers()).hasSize(7);
            SimulatedJob.Batch five = job.batch(5, true);
            SimulatedJob.Batch one = job.batch(1, true);
            SimulatedJob.Batch twenty = job.batch(20, true);

            assertThat(List.of(five.tasks(), one.tasks())).containsExactly(35, 7);
            assertThat(twenty.tasks())
                    .as("at most as many of a stream as the parallelism")
                    .isEqualTo(7 * 14);
            assertThat(five.journal()).isGreaterThan(one.journal());
            assertThat(List.of(five.planning(), five.making(), five.running(), five.ending()))
                    .allMatch(nanos -> nanos > 0);
        }
    }

    @Test
    void aReceiverThatBeganAnewIsHeardAndTheOldOneIsNot() throws Exception {
        try (SimulatedJob job = new SimulatedJob("local[2]", 1, 2)) {
            SimulatedReceiver old = job.receivers().get(0);
            assertThat(old.ask(old.report()).accepted()).isTrue();
            SimulatedReceiver.start(0, old::ask);

            Reply reply = old.ask(old.nextBlock());
            assertThat(reply.accepted()).isFalse();
            assertThatThrownBy(() -> Scale.mustBeAccepted(List.of(reply)))
                    .hasMessageStartingWith("ACQ-3179 the driver refused 1 of 1 messages");
        }
    }

    @Test
    void repliesThatCountPass() {
        Scale.mustBeAccepted(List.of(new Reply(true, 1, Want.READ, 0, 0, List.of(), 0, 0)));
    }

    @Test
    void anEngineThatIsNotThereIsTold() {
        StreamingConf conf =
                new StreamingConf().setMaster("simulated:spark-local[2]").setAppName("none");
        assertThatThrownBy(() -> new StreamingContext(conf, Duration.ofSeconds(1)))
                .hasMessageStartingWith("ACQ-3178 there is no engine for 'spark-local[2]'");
    }

    @Test
    void aProgramThatFailsIsTold() {
        System.setProperty(SparkProcess.ENGINE_CLASS_PATH, "nowhere");
        try {
            assertThatThrownBy(() -> SparkProcess.runOnEngine(Scale.class, List.of("no number")))
                    .hasMessageStartingWith("ACQ-3180 the JVM with Spark that ran Scale ended with exit code 1");
        } finally {
            System.clearProperty(SparkProcess.ENGINE_CLASS_PATH);
        }
    }
}
