/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.List;

/** The command line: runs one workload. Exit code 2 for a request that cannot be served, 1 for a failure. */
public final class Bench {
    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    static int run(List<String> arguments) {
        try {
            Request request = Request.of(arguments);
            switch (request.workload()) {
                case "W1", "W2" -> {
                    if (request.engine().equals(Request.SPARK)) {
                        SparkWordCounts.run(request);
                    } else if (request.only().isEmpty()) {
                        OwnJvm.each(request);
                    } else if (request.workload().equals("W1")) {
                        ReceivedWordCount.run(request);
                    } else {
                        SocketThroughput.run(request);
                    }
                }
                case "W3" -> RunningCounts.run(request);
                case "W4" -> SlidingCounts.run(request);
                case "W5" -> SmallBatches.run(request);
                case "W6" -> QueueWordCount.run(request);
                case "W7" -> FirstOutput.run(request);
                case "rate" -> LoadStep.run(request);
                case "state-growth" -> StateGrowth.run(request);
                case "state-snapshot" -> StateSnapshot.run(request);
                case "checkpoint" -> CheckpointCost.run(request);
                case Request.KAFKA -> KafkaThroughput.run(request);
                case Request.RDD -> RddRuns.run(request);
                case Request.SCALE -> Scale.run(request);
                case Request.SPARK_OVERHEAD -> SparkOverhead.run(request);
                case "receiving", "processing", "serialization", "interval", "memory" -> Tuning.run(request);
                default -> {
                    if (!ClientThroughput.PAIRS.containsKey(request.workload())) {
                        throw new IllegalArgumentException("ACQ-3005 there is no workload '" + request.workload()
                                + "': take W1 (word count over a receiver), W2 (over a socket), W3 (running"
                                + " counts), W4 (counts in a window), W5 (small batches), W6 (word count over a"
                                + " queue), W7 (first output), rate (a load step), state-growth (running counts of"
                                + " ever more keys), state-snapshot (what a snapshot takes from a batch),"
                                + " checkpoint (what a checkpoint costs by what has changed), kafka (offset ranges"
                                + " of a topic), mqtt, zeromq, akka, flume, kinesis, twitter (messages through a"
                                + " connector), rdd (batch jobs), spark-overhead (jobs on the engine for Spark), scale (a driver with many"
                                + " receivers), or a table of docs/tuning.md: receiving,"
                                + " processing, serialization, interval, memory");
                    }
                    ClientThroughput.run(request);
                }
            }
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            return 2;
        } catch (Exception e) {
            e.printStackTrace();
            return 1;
        }
    }
}
