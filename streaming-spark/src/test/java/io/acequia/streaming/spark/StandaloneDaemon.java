/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/** A master or a worker of Spark in a process that ends with its parent. */
final class StandaloneDaemon {
    private static final String HOST = "127.0.0.1";

    private StandaloneDaemon() {}

    /**
     * Arguments: {@code master} and a file that gets its port, or {@code worker}, the URL of the master, its cores and its
     * directory.
     */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.endWithParent();
        if (arguments[0].equals("worker")) {
            Worker.main(new String[] {
                "--host",
                HOST,
                "--port",
                "0",
                "--webui-port",
                "0",
                "--cores",
                arguments[2],
                "--memory",
                "1g",
                "--work-dir",
                arguments[3],
                arguments[1]
            });
            return;
        }
        SparkConf conf = new SparkConf();
        scala.Tuple3<RpcEnv, Object, Option<Object>> started = Master.startRpcEnvAndEndpoint(HOST, 0, 0, conf);
        Path file = Path.of(arguments[1]);
        Path begun = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(begun, String.valueOf(started._1().address().port()));
        Files.move(begun, file, StandardCopyOption.ATOMIC_MOVE);
        started._1().awaitTermination();
    }
}
