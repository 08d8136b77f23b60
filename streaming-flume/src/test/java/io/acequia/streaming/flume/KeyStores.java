/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Key stores that the JDK's keytool makes. */
final class KeyStores {
    private KeyStores() {}

    /** A key for 127.0.0.1, signed by itself; the store can serve as one of trusted certificates, too. */
    static Path made(Path store, Secret password) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(
                List.of("-genkeypair", "-keystore", store.toString(), "-storetype", "PKCS12", "-alias", "source"));
        command.addAll(List.of("-keyalg", "RSA", "-dname", "CN=source", "-ext", "san=ip:127.0.0.1", "-validity", "2"));
        command.addAll(List.of("-storepass", password.expose()));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
        return store;
    }
}
