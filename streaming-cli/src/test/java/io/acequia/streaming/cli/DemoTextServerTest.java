/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DemoTextServerTest {
    @Test
    void everyClientGetsReadableLines() throws IOException {
        try (DemoTextServer server = DemoTextServer.start(List.of());
                Socket first = connect(server);
                Socket second = connect(server)) {
            List<String> lines = lines(reader(first), 8);

            assertThat(lines).hasSize(8).allMatch(line -> line.matches("[a-z ]+"));
            assertThat(lines(reader(second), 8)).isEqualTo(lines);
        }
    }

    @Test
    void theLinesThatAreGivenAreSentAgainAndAgain() throws IOException {
        try (DemoTextServer server = DemoTextServer.start(List.of("Ångström 1", "#two"));
                Socket client = connect(server)) {
            assertThat(lines(reader(client), 5))
                    .containsExactly("Ångström 1", "#two", "Ångström 1", "#two", "Ångström 1");
        }
    }

    @Test
    void aClientThatLeavesDisturbsNoOther() throws IOException {
        try (DemoTextServer server = DemoTextServer.start(List.of());
                Socket stays = connect(server)) {
            connect(server).close();

            assertThat(lines(reader(stays), 5)).hasSize(5);
        }
    }

    @Test
    void closingEndsTheStreamOfEveryClientAndFreesThePort() throws IOException {
        DemoTextServer server = DemoTextServer.start(List.of());
        int port = server.port();
        try (Socket client = connect(server)) {
            BufferedReader in = reader(client);
            assertThat(in.readLine()).isNotNull();

            server.close();

            assertThat(in.lines()).allMatch(line -> line.matches("[a-z ]+"));
            assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(IOException.class);
        }
    }

    private static Socket connect(DemoTextServer server) throws IOException {
        return new Socket(server.host(), server.port());
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static List<String> lines(BufferedReader in, int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(in.readLine());
        }
        return lines;
    }
}
