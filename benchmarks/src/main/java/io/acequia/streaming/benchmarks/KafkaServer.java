/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The broker that a benchmark reads from: one that runs already, or one in a container, which ends with the benchmark. */
final class KafkaServer implements AutoCloseable {
    private final String bootstrap;
    private final @Nullable RealServer own;

    private KafkaServer(String bootstrap, @Nullable RealServer own) {
        this.bootstrap = bootstrap;
        this.own = own;
    }

    /** Starts a server. */
    @FunctionalInterface
    interface Start {
        RealServer server() throws IOException, InterruptedException;
    }

    /** @param bootstrap of the broker that runs; empty for one in a container */
    static KafkaServer of(String bootstrap) throws IOException, InterruptedException {
        return of(bootstrap, () -> RealServer.of("acequia/kafka")
                .port("PORT")
                .port("CONTROLLER_PORT")
                .start());
    }

    static KafkaServer of(String bootstrap, Start start) throws IOException, InterruptedException {
        if (!bootstrap.isEmpty()) {
            return new KafkaServer(bootstrap, null);
        }
        try {
            RealServer server = start.server();
            return new KafkaServer(server.endpoint(), server);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    "ACQ-3151 there is no broker to read from: run  . \"$(ci/containers.sh start kafka)\"  first, or name one"
                            + " that runs by --bootstrap HOST:PORT (" + e.getMessage() + ")",
                    e);
        }
    }

    String bootstrap() {
        return bootstrap;
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }
}
