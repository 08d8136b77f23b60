/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.spark.migrating;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.receiver.Receiver;
import scala.Tuple2;

/** As it was for Spark: the second program of docs/migrating-from-spark.md. */
public final class LinesFromSocket {
    private LinesFromSocket() {}

    // tag::receiver-for-spark
    public static class LinesReceiver extends Receiver<String> {
        private final String host;
        private final int port;

        public LinesReceiver(String host, int port) {
            super(StorageLevel.MEMORY_AND_DISK_2());
            this.host = host;
            this.port = port;
        }

        @Override
        public void onStart() {
            new Thread(this::receive, "lines receiver").start();
        }

        @Override
        public void onStop() {
            // The thread ends by itself when isStopped() says so.
        }

        private void receive() {
            try (Socket socket = new Socket(host, port);
                    BufferedReader reader = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                while (!isStopped() && line != null) {
                    store(line);
                    line = reader.readLine();
                }
                restart("the server ended the connection: connecting again");
            } catch (IOException e) {
                restart("no connection to " + host + ":" + port, e);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        SparkConf conf = new SparkConf().setAppName("LinesFromSocket");
        JavaStreamingContext ssc = new JavaStreamingContext(conf, Durations.seconds(1));
        ssc.receiverStream(new LinesReceiver(args[0], Integer.parseInt(args[1])))
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> new Tuple2<>(word, 1))
                .reduceByKey(Integer::sum)
                .print();
        ssc.start();
        ssc.awaitTermination();
    }
    // end::receiver-for-spark
}
