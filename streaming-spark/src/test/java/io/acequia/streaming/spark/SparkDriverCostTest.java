/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver spends on one, two and four executors, each a process: figures for docs/scale.md, and no bounds. */
@Tag("long")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SparkDriverCostTest {
    private static final int FIGURES = 5;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void ofTasksShufflesAndReceivers(int executors) throws Exception {
        int cores = 2;
        try (StandaloneCluster cluster = new StandaloneCluster(directory, executors, cores);
                ChildJvm driver = cluster.submit(
                        DriverCost.class,
                        Map.of(
                                "spark.cores.max",
                                String.valueOf(cores * executors),
                                "spark.scheduler.minRegisteredResourcesRatio",
                                "1.0"),
                        List.of(cluster.url(), directory.resolve("job").toString(), String.valueOf(executors)))) {
            List<String> figures = driver.output();

            assertThat(driver.exitCode()).as(cluster.logs()).isZero();
            assertThat(figures).hasSize(FIGURES);
            figures.forEach(figure -> System.out.println("cost of " + executors + " executors: " + figure));
        }
    }
}
