/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.Output;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * One partition of one output of one job: all its batches are written by one transactional id, so of several writers only the
 * newest can commit.
 */
record Lane(Target target, String output, int partition) {
    /** Where a sink writes to, and by which names. */
    record Target(Connection connection, String job, String keysTopic) implements Serializable {}

    static Lane of(Target target, Output.Key key) {
        return new Lane(target, key.output(), key.partition());
    }

    /** Its transactional id, and its key in the topic of keys. */
    String id() {
        return encoded(target.job()) + "/" + encoded(output) + "/" + partition;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "partition " + partition + " of output '" + output + "' of job '" + target.job() + "'";
    }
}
