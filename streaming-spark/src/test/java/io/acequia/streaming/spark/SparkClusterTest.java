/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job on a cluster of processes, whose executors have nothing of it but what Spark ships: executors, the driver and a worker are killed,
 * and in the end nothing is lost, nothing is there twice, and the state is what the records make.
 */
@Tag("cluster")
@Timeout(3600)
class SparkClusterTest {
    private static final int EXECUTORS = Integer.getInteger("acequia.spark.executors", 2);
    private static final int DRIVERS = Integer.getInteger("acequia.spark.drivers", 1);
    private static final int WORKERS = Integer.getInteger("acequia.spark.workers", 1);
    /** Executors that stand still until they have a successor, and then go on; each takes as long as Spark needs to miss it. */
    private static final int ZOMBIES = Integer.getInteger("acequia.spark.zombies", 0);

    private static final Map<String, String> SOON_LOST = Map.of(
            "spark.executor.heartbeatInterval", "2s",
            "spark.network.timeout", "20s",
            "spark.network.timeoutInterval", "2s");

    @TempDir
    Path directory;

    @Test
    void nothingIsLostAndNothingComesTwiceWhenExecutorsTheDriverAndAWorkerAreKilled(TestReporter reporter)
            throws Exception {
        try (NumbersServer server = new NumbersServer();
                StandaloneCluster cluster = new StandaloneCluster(directory, 3, 1);
                ClusterJob job = new ClusterJob(
                        cluster,
                        directory,
                        ZOMBIES == 0 ? Map.of() : SOON_LOST,
                        List.of(ClusterProgram.RECEIVER, String.valueOf(server.port())),
                        server::acked)) {
            job.awaitProgress("started");
            for (int kill = 0; kill < EXECUTORS; kill++) {
                int connections = server.connections();
                ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
                awaitAnother(job, server, connections, "executor killed");
            }
            for (int kill = 0; kill < DRIVERS; kill++) {
                int connections = server.connections();
                job.killDriver();
                awaitAnother(job, server, connections, "driver killed");
            }
            for (int kill = 0; kill < WORKERS; kill++) {
                int connections = server.connections();
                cluster.killWorkerOf(server.pid());
                awaitAnother(job, server, connections, "worker killed");
                if (kill + 1 < WORKERS || ZOMBIES > 0) {
                    cluster.startWorker();
                }
            }
            for (int zombie = 0; zombie < ZOMBIES; zombie++) {
                int connections = server.connections();
                long pid = server.pid();
                StandaloneCluster.signal("STOP", pid);
                job.await("executor stands still", () -> server.connections() > connections);
                StandaloneCluster.signal("CONT", pid);
                job.awaitProgress("executor went on");
            }
            job.stop();
            reporter.publishEntry(
                    "F30 kills on a cluster",
                    "executors=" + EXECUTORS + " drivers=" + DRIVERS + " workers=" + WORKERS + " zombies=" + ZOMBIES
                            + " numbers=" + job.check()
                            + " lost=0 duplicated=0 wrong=0 millis=" + job.millis());
            job.checksNotice();
        }
    }

    /** Waits until another receiver has connected, and brings something. */
    private static void awaitAnother(ClusterJob job, NumbersServer server, int connections, String step)
            throws Exception {
        job.await(step, () -> server.connections() > connections);
        job.awaitProgress(step);
    }
}
