/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;

/** Servers in containers, tried with a broker of Kafka. */
@ContainerTest
@Timeout(120)
class RealServerTest {
    private static RealServer.Builder broker() throws IOException {
        return RealServer.of("acequia/kafka").port("PORT").port("CONTROLLER_PORT");
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether there is a container with this variable. */
    private static boolean isThere(String variable) {
        DockerClient engine = DockerClientFactory.instance().client();
        for (Container each : engine.listContainersCmd().withShowAll(true).exec()) {
            try {
                String[] environment = engine.inspectContainerCmd(each.getId())
                        .exec()
                        .getConfig()
                        .getEnv();
                if (environment != null && Stream.of(environment).anyMatch(found -> found.startsWith(variable + "="))) {
                    return true;
                }
            } catch (NotFoundException e) {
                assertThat(e).as("it ended meanwhile").isNotNull();
            }
        }
        return false;
    }

    @Test
    void aServerWithoutAPortIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> RealServer.of("acequia/kafka").start())
                .withMessageStartingWith("ACQ-2101 a server needs a port");
    }

    @Test
    void aServerThatTheEngineDoesNotStartIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> broker().environment("NO", "\0").start())
                .withMessageStartingWith("ACQ-2102 the server acequia/kafka did not start");
    }

    @Test
    void aServerThatDoesNotListenIsRefusedAndEnded() {
        String variable = "NOBODY_LISTENS_" + ProcessHandle.current().pid();
        assertThatIllegalStateException()
                .isThrownBy(() -> RealServer.of("acequia/kafka")
                        .port(variable)
                        .port("PORT")
                        .port("CONTROLLER_PORT")
                        .patience(Duration.ofSeconds(1))
                        .start())
                .withMessageMatching("(?s)ACQ-2104 the server does not listen on 127.0.0.1:\\d+ after 1 s: .*");
        assertThat(isThere(variable)).isFalse();
    }

    @Test
    void aServerKeepsItsPortsWhenItIsKilledAndStartedAgain() throws Exception {
        int port;
        try (RealServer server = broker().start()) {
            port = server.port();
            assertThat(server.endpoint()).isEqualTo("127.0.0.1:" + port);
            assertThat(server.port("PORT")).isEqualTo(port);
            assertThat(server.port("CONTROLLER_PORT")).isNotEqualTo(port);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.port("OTHER_PORT"))
                    .withMessage("ACQ-2103 no port 'OTHER_PORT': there are [PORT, CONTROLLER_PORT]");
            assertThat(server.version()).isNotBlank();
            assertThat(isThere("CONTROLLER_PORT")).isTrue();
            server.kill();
            assertThat(listens(port)).isFalse();
            server.restart();
            assertThat(listens(port)).isTrue();
            server.pause();
            server.resume();
        }
        assertThat(listens(port)).isFalse();
    }
}
