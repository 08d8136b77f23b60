/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

/** Where in a topic a record stands; as text {@code 3@4711}. */
record KafkaPlace(int partition, long offset) {
    static KafkaPlace parse(String text) {
        int at = text.indexOf('@');
        return new KafkaPlace(Integer.parseInt(text, 0, at, 10), Long.parseLong(text.substring(at + 1)));
    }

    @Override
    public String toString() {
        return partition + "@" + offset;
    }
}
