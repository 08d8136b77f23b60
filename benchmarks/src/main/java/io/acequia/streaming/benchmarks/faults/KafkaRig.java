/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

/** What can happen between Kafka and a job: its broker is killed, its process is killed. The broker is one in a container. */
final class KafkaRig {
    private KafkaRig() {}

    /** All of it: so many kills of the broker, three times as many of a process, and the controls. */
    static void run(int n, Verdict verdict) throws Exception {
        try (KafkaBroker broker = KafkaBroker.start()) {
            KafkaControls.run(broker, verdict);
            KafkaKills.run(3 * n, broker, verdict);
            KafkaOutages.run(n, broker, verdict);
        }
    }

    static void broker(int n, Verdict verdict) throws Exception {
        try (KafkaBroker broker = KafkaBroker.start()) {
            KafkaOutages.run(n, broker, verdict);
        }
    }

    static void process(int n, Verdict verdict) throws Exception {
        try (KafkaBroker broker = KafkaBroker.start()) {
            KafkaKills.run(n, broker, verdict);
        }
    }

    static void controls(Verdict verdict) throws Exception {
        try (KafkaBroker broker = KafkaBroker.start()) {
            KafkaControls.run(broker, verdict);
        }
    }
}
