/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.testkit.StartedServers.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real server in a container of its own, for the tests of a connector: started, paused, killed, started again, and cut off by a
 * {@link FaultProxy}. It uses the network of the host and listens on 127.0.0.1, on ports that were free when it began and that it
 * keeps when it is started again, as its data are kept.
 *
 * <p>The container engine is found as Testcontainers finds it; {@code ci/containers.sh start} gives one, and the images. Without
 * one a test fails: what is not tried is not known to work. A test class that starts a server is a {@link ContainerTest}.
 *
 * <p>Needs {@code org.testcontainers:testcontainers} on the class path. For one thread. All methods wait until what they do is done.
 */
public final class RealServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String VERSION = "org.opencontainers.image.version";

    private final GenericContainer<?> container;
    private final Map<String, Integer> ports;
    private final String first;
    private final Duration patience;
    private final Server started;

    private RealServer(String image, GenericContainer<?> container, Map<String, Integer> ports, Duration patience) {
        this.container = container;
        this.ports = ports;
        this.patience = patience;
        first = ports.keySet().iterator().next();
        started = new Server(image, version(container));
    }

    /** Begins a server of an image, as {@code acequia/kafka}. */
    public static Builder of(String image) {
        return new Builder(image);
    }

    /** What the container is given. */
    public static final class Builder {
        private final String image;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final Map<String, Integer> ports = new LinkedHashMap<>();
        private Duration patience = PATIENCE;

        private Builder(String image) {
            this.image = image;
        }

        /** Sets a variable. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Chooses a free port, which the container finds in a variable; the first one is that of {@link RealServer#port()}. */
        public Builder port(String name) throws IOException {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ports.put(name, free.getLocalPort());
            }
            return this;
        }

        /** How long to wait until it listens. Default: 60 s. */
        public Builder patience(Duration atMost) {
            patience = atMost;
            return this;
        }

        /** Starts it, and waits until its ports accept connections. */
        public RealServer start() throws InterruptedException {
            if (ports.isEmpty()) {
                throw new IllegalStateException("ACQ-2101 a server needs a port: call port(\"PORT\") first");
            }
            GenericContainer<?> container =
                    new GenericContainer<>(DockerImageName.parse(image)).withNetworkMode("host");
            environment.forEach(container::withEnv);
            ports.forEach((name, port) -> container.withEnv(name, String.valueOf(port)));
            try {
                container.start();
            } catch (RuntimeException e) {
                throw new IllegalStateException(
                        "ACQ-2102 the server " + image
                                + " did not start; where there is no engine, or no such image, run"
                                + "  . \"$(ci/containers.sh start)\"  first (" + e.getMessage() + ")",
                        e);
            }
            RealServer server = new RealServer(image, container, ports, patience);
            StartedServers.started(server.started);
            try {
                server.awaitOpen();
            } catch (RuntimeException | InterruptedException e) {
                server.close();
                throw e;
            }
            return server;
        }
    }

    /** Its first port. */
    public int port() {
        return port(first);
    }

    /** The port that was chosen for a variable. */
    public int port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("ACQ-2103 no port '" + name + "': there are " + ports.keySet());
        }
        return port;
    }

    /** Where it listens, as {@code 127.0.0.1:PORT}. */
    public String endpoint() {
        return "127.0.0.1:" + port();
    }

    /** A new proxy in front of its first port. */
    public FaultProxy proxy() throws IOException {
        return FaultProxy.to("127.0.0.1", port());
    }

    /**
     * The version of the server, where its image has the label {@code org.opencontainers.image.version}; else the image's id, which
     * changes with its content.
     */
    public String version() {
        return started.version();
    }

    private static String version(GenericContainer<?> container) {
        InspectContainerResponse found =
                client().inspectContainerCmd(container.getContainerId()).exec();
        Map<String, String> labels = found.getConfig().getLabels();
        String version = labels == null ? null : labels.get(VERSION);
        return version == null || version.isBlank() ? found.getImageId() : version;
    }

    /** What it has printed. */
    public String log() {
        return container.getLogs();
    }

    /** Holds it, as a machine that hangs. */
    public void pause() {
        client().pauseContainerCmd(container.getContainerId()).exec();
    }

    /** Lets it go on. */
    public void resume() {
        client().unpauseContainerCmd(container.getContainerId()).exec();
    }

    /** Kills it by SIGKILL. */
    public void kill() {
        client().killContainerCmd(container.getContainerId()).exec();
    }

    /** Starts it again after {@link #kill()}, and waits until it listens. */
    public void restart() throws InterruptedException {
        client().startContainerCmd(container.getContainerId()).exec();
        awaitOpen();
    }

    private static DockerClient client() {
        return DockerClientFactory.instance().client();
    }

    private void awaitOpen() throws InterruptedException {
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + patience.toNanos();
        for (int port : ports.values()) {
            while (!isOpen(port)) {
                if (clock.nanoTime() > deadline) {
                    throw new IllegalStateException("ACQ-2104 the server does not listen on 127.0.0.1:" + port
                            + " after " + patience.toSeconds() + " s: " + log());
                }
                clock.awaitUntil(clock.now().plus(LOOK));
            }
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it and removes its data. */
    @Override
    public void close() {
        container.stop();
        StartedServers.ended(started);
    }
}
