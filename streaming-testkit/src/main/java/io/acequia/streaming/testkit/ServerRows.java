/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.testkit.StartedServers.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Adds a row for each test that met a server to the file that {@code -Dacequia.it.servers} names: test, outcome, images, versions,
 * by tabs; several images and their versions by commas. The JVMs of a build add to the same file, one after another.
 *
 * <p>It writes after the methods that end a test, and a row that cannot be written fails the test. (A {@code TestWatcher} would
 * only log that.) A test that met no server has no row, so it proves nothing to whom asks for one.
 */
final class ServerRows implements BeforeEachCallback, AfterEachCallback {
    private static final String FILE = "acequia.it.servers";

    @Override
    public void beforeEach(ExtensionContext context) {
        StartedServers.testBegins();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        String file = System.getProperty(FILE);
        List<Server> servers = new ArrayList<>(StartedServers.met());
        embedded(context).ifPresent(servers::add);
        if (file == null || servers.isEmpty()) {
            return;
        }
        String test = context.getRequiredTestClass().getName() + "#"
                + context.getRequiredTestMethod().getName();
        Files.writeString(
                Path.of(file),
                row(test, context.getExecutionException(), servers) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static String row(String test, Optional<Throwable> thrown, List<Server> servers) {
        return String.join(
                "\t",
                test,
                thrown.map(ServerRows::outcome).orElse("passed"),
                servers.stream().map(Server::image).collect(Collectors.joining(",")),
                servers.stream().map(Server::version).collect(Collectors.joining(",")));
    }

    private static String outcome(Throwable thrown) {
        return thrown instanceof TestAbortedException ? "skipped" : "failed";
    }

    private static Optional<Server> embedded(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(), EmbeddedServerTest.class, context.getEnclosingTestClasses())
                .map(server -> new Server("embedded/" + server.value(), "-"));
    }
}
