/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.testkit.EmbeddedServerTest;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is trusted is what the JVM trusts when the first receiver of a source is made. */
@EmbeddedServerTest("stream-server")
@Timeout(30)
class StreamTlsTest {
    @TempDir
    static Path folder;

    private static SSLContext trusted;
    private static StreamServer server;
    private final SSLContext before;

    StreamTlsTest() throws Exception {
        before = SSLContext.getDefault();
    }

    @BeforeAll
    static void start() throws Exception {
        trusted = Certificates.context(folder);
        server = new StreamServer(trusted.getServerSocketFactory());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @AfterEach
    void trustAsBefore() {
        SSLContext.setDefault(before);
    }

    private static XFilteredStreamSource.Builder source(String host) {
        return Posts.xSource("https://" + host + ":" + server.port()).silence(Duration.ofSeconds(2));
    }

    @Test
    void aServerThatIsTrustedIsRead() throws Exception {
        SSLContext.setDefault(trusted);
        try (LoneReader reader = LoneReader.connected(source("127.0.0.1").build())) {
            server.send(Posts.post(1, "secured"));
            assertThat(reader.awaitTexts(1)).containsExactly("secured");
        }
    }

    @Test
    void aServerWhoseCertificateIsNotTrustedIsRefused() throws Exception {
        assertThat(LoneReader.refused(source("127.0.0.1").build()))
                .hasMessageStartingWith("ACQ-2667 cannot connect to https://127.0.0.1:")
                .hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void aServerWithTheCertificateOfAnotherHostIsRefused() throws Exception {
        SSLContext.setDefault(trusted);
        assertThat(LoneReader.refused(source("localhost").build()))
                .hasMessageStartingWith("ACQ-2667 ")
                .hasMessageContaining("localhost");
    }
}
