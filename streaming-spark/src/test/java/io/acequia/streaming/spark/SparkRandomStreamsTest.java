/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.RandomStreams;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random programs with windows, states, failures and restarts; {@code -Dacequia.spark.random.streams=1000} for more. Those are left out in
 * which a task dies of a {@code VirtualMachineError}: it ends the executor, which here is this JVM.
 */
@Timeout(7200)
class SparkRandomStreamsTest {
    private static final int PROGRAMS = Integer.getInteger("acequia.spark.random.streams", 40);

    @TempDir
    Path directory;

    @Test
    void theSparkEngineEqualsTheModel(TestReporter reporter) {
        int failures = 0;
        int restarts = 0;
        int run = 0;
        for (long seed = 1; run < PROGRAMS; seed++) {
            RandomStreams.Program program = RandomStreams.program(seed);
            if (program.features().contains(RandomStreams.Feature.TASK_DIES)) {
                continue;
            }
            RandomStreams.Outcome outcome = program.run(StreamingConf.withoutDefaults()
                    .setMaster("spark-local[2]")
                    .setAppName("random")
                    .set(StreamingConf.STORAGE_DIR, directory.toString()));
            run++;
            failures += outcome.failures();
            restarts += outcome.restarts();
        }
        reporter.publishEntry(
                "random streams on Spark", "n=" + run + " failures=" + failures + " restarts=" + restarts);
        assertThat(failures).isGreaterThan(PROGRAMS / 10);
        assertThat(restarts).isGreaterThan(PROGRAMS / 2);
    }
}
