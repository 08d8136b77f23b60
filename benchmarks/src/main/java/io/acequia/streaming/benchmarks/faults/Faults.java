/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.StreamClock;
import java.io.PrintStream;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The command line: runs one rig. Exit code 1 when a fault was not survived, 2 for a request that cannot be served. */
public final class Faults {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Faults() {}

    /** What is under test warns at each fault; without a level given, nobody wants to read that a thousand times. */
    public static void main(String[] arguments) {
        System.setProperty(LOG_LEVEL, System.getProperty(LOG_LEVEL, "off"));
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            Optional<FaultsRequest> request = FaultsRequest.of(arguments);
            if (request.isEmpty()) {
                out.println(FaultsRequest.USAGE);
                return 0;
            }
            return run(request.get(), out, err);
        } catch (IllegalArgumentException e) {
            err.println("faults: " + e.getMessage());
            return 2;
        } catch (Exception e) {
            e.printStackTrace(err);
            return 1;
        }
    }

    private static int run(FaultsRequest request, PrintStream out, PrintStream err) throws Exception {
        PlanRun plans = new PlanRun(Faults::rig, out, err);
        return switch (request.rig()) {
            case "ci" -> plans.run("ci", Plan.CI, request.seed(), done -> {});
            case "full" -> {
                LocalDate today = LocalDate.ofInstant(StreamClock.system().now(), ZoneOffset.UTC);
                ReliabilityReport report = ReliabilityReport.Tree.ofProperties().report(today, request);
                String name = "full " + request.part() + "/" + Plan.PARTS;
                yield plans.run(name, Plan.part(request.part()), request.seed(), report::append);
            }
            default -> {
                Verdict verdict = new Verdict(request.rig(), request.seed(), out, err);
                rig(request, verdict);
                yield verdict.tell();
            }
        };
    }

    private static void rig(FaultsRequest request, Verdict verdict) throws Exception {
        switch (request.rig()) {
            case "disk" -> DiskRig.run(request.n(1000), verdict);
            case "receiver" -> ReceiverRig.run(request.n(1000), verdict);
            case "receiver-kill" -> KillRig.run(request.n(200), verdict);
            case "hostile" -> HostileRig.run(request.n(2000), verdict);
            case "fixture" -> HostileRig.writeFixture(verdict);
            case "kill" -> kill(request.n(500), verdict);
            case "kill-random" -> ExactRig.atRandom(request.n(500), verdict);
            case "kill-places" -> ExactRig.everywhere(request.n(ExactRig.PASSAGES), verdict);
            case "kill-nested" -> ExactRig.nested(request.n(100), verdict);
            case "kill-controls" -> ExactControls.run(verdict);
            case "stop" -> StopRig.run(request.n(200), verdict);
            case "break" -> BreakRig.run(request.n(200), verdict);
            case "controls" -> {
                Controls.run(verdict);
                ExactControls.run(verdict);
            }
            case "sim" -> SimRig.run(request.n(1000), request.only(), verdict);
            case "kafka" -> KafkaRig.run(request.n(20), verdict);
            case "kafka-broker" -> KafkaRig.broker(request.n(20), verdict);
            case "kafka-process" -> KafkaRig.process(request.n(60), verdict);
            case "kafka-controls" -> KafkaRig.controls(verdict);
            case "mqtt", "zeromq", "akka", "flume", "kinesis", "twitter" ->
                TestsRig.connector(request.rig(), request.n(20), verdict);
            case "spark" -> TestsRig.spark(request.n(20), verdict);
            case "repeat" -> TestsRig.repeated(request.time(), verdict);
            case "tests" -> TestsRig.once(verdict);
            default ->
                throw new IllegalArgumentException(
                        "ACQ-3035 there is no rig '" + request.rig() + "'; " + FaultsRequest.USAGE);
        }
    }

    private static void kill(int n, Verdict verdict) throws Exception {
        ExactRig.run(n, verdict);
        StopRig.run(Math.max(10, n * 2 / 5), verdict);
        BreakRig.run(Math.max(10, n * 2 / 5), verdict);
    }
}
