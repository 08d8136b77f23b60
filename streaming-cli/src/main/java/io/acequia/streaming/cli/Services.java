/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Whether the files below META-INF/services name the providers that are in a JAR, and no others. */
final class Services {
    private static final String FOLDER = "META-INF/services/";
    private static final Pattern CLASS_NAME =
            Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");
    private static final Set<String> OURS =
            Set.of("io.acequia.streaming.engine.EngineProvider", "io.acequia.streaming.storage.StorageProvider");

    /** Providers of others that programs miss, by their services. */
    private static final Map<String, List<String>> OTHERS = Map.ofEntries(
            Map.entry(
                    "java.sql.Driver",
                    List.of(
                            "org.postgresql.Driver",
                            "com.mysql.cj.jdbc.Driver",
                            "org.mariadb.jdbc.Driver",
                            "org.h2.Driver",
                            "org.hsqldb.jdbc.JDBCDriver",
                            "org.sqlite.JDBC",
                            "com.microsoft.sqlserver.jdbc.SQLServerDriver",
                            "oracle.jdbc.OracleDriver")),
            Map.entry(
                    "org.apache.kafka.common.config.provider.ConfigProvider",
                    List.of(
                            "org.apache.kafka.common.config.provider.FileConfigProvider",
                            "org.apache.kafka.common.config.provider.DirectoryConfigProvider")),
            Map.entry(
                    "org.eclipse.paho.client.mqttv3.spi.NetworkModuleFactory",
                    List.of(
                            "org.eclipse.paho.client.mqttv3.internal.TCPNetworkModuleFactory",
                            "org.eclipse.paho.client.mqttv3.internal.SSLNetworkModuleFactory")),
            Map.entry(
                    "org.eclipse.paho.mqttv5.client.spi.NetworkModuleFactory",
                    List.of(
                            "org.eclipse.paho.mqttv5.client.internal.TCPNetworkModuleFactory",
                            "org.eclipse.paho.mqttv5.client.internal.SSLNetworkModuleFactory")),
            Map.entry(
                    "software.amazon.awssdk.http.SdkHttpService",
                    List.of(
                            "software.amazon.awssdk.http.apache.ApacheSdkHttpService",
                            "software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService")),
            Map.entry(
                    "software.amazon.awssdk.http.async.SdkAsyncHttpService",
                    List.of("software.amazon.awssdk.http.nio.netty.NettySdkAsyncHttpService")),
            Map.entry("io.grpc.NameResolverProvider", List.of("io.grpc.internal.DnsNameResolverProvider")),
            Map.entry("io.grpc.LoadBalancerProvider", List.of("io.grpc.internal.PickFirstLoadBalancerProvider")),
            Map.entry(
                    "org.slf4j.spi.SLF4JServiceProvider",
                    List.of(
                            "org.slf4j.simple.SimpleServiceProvider",
                            "ch.qos.logback.classic.spi.LogbackServiceProvider",
                            "org.apache.logging.slf4j.SLF4JServiceProvider",
                            "org.slf4j.jul.JULServiceProvider",
                            "org.slf4j.reload4j.Reload4jServiceProvider")),
            Map.entry(
                    "org.apache.logging.log4j.spi.Provider",
                    List.of("org.apache.logging.log4j.core.impl.Log4jProvider")));

    private Services() {}

    /** A provider is inside, and its service file lacks it. */
    static List<Finding> notMerged(JarContent jar) throws IOException {
        if (jar.hasJarsInside()) {
            return List.of();
        }
        List<Finding> found = new ArrayList<>();
        for (Map.Entry<String, Set<String>> service : expected(jar).entrySet()) {
            Set<String> missing = new TreeSet<>(service.getValue());
            missing.removeAll(providers(jar.text(FOLDER + service.getKey())));
            if (!missing.isEmpty()) {
                found.add(new Finding(
                        "ACQ-2243",
                        "services not merged",
                        FOLDER + Printable.line(service.getKey()) + " lacks " + Finding.first(List.copyOf(missing)),
                        "join the files of that name (maven-shade: ServicesResourceTransformer)"));
            }
        }
        return found;
    }

    /** The providers that are inside, by their services: those of known names, of our own, and of files that are there twice. */
    private static Map<String, Set<String>> expected(JarContent jar) throws IOException {
        Map<String, Set<String>> expected = new TreeMap<>();
        OTHERS.forEach((service, providers) ->
                providers.stream().filter(jar::hasClass).forEach(provider -> add(expected, service, provider)));
        jar.classes().forEach((entry, type) -> {
            for (String implemented : type.interfaces()) {
                String service = implemented.replace('/', '.');
                if (OURS.contains(service) && type.creatable() && JarContent.version(entry) == 0) {
                    add(expected, service, entry.replaceFirst("\\.class$", "").replace('/', '.'));
                }
            }
        });
        for (String service : files(jar)) {
            for (String copy :
                    jar.twice().contains(FOLDER + service) ? jar.texts(FOLDER + service) : List.<String>of()) {
                providers(copy).stream().filter(jar::hasClass).forEach(provider -> add(expected, service, provider));
            }
        }
        return expected;
    }

    private static void add(Map<String, Set<String>> to, String service, String provider) {
        to.computeIfAbsent(service, s -> new TreeSet<>()).add(provider);
    }

    /** A service file names a provider that is not inside, nor in the JDK. */
    static List<Finding> missingProviders(JarContent jar) throws IOException {
        if (jar.hasJarsInside()) {
            return List.of();
        }
        List<Finding> found = new ArrayList<>();
        for (String service : files(jar)) {
            List<String> missing = providers(jar.text(FOLDER + service)).stream()
                    .filter(provider -> !jar.hasClass(provider) && !isInTheJdk(provider))
                    .toList();
            if (!missing.isEmpty()) {
                found.add(new Finding(
                        "ACQ-2244",
                        "provider of a service missing",
                        FOLDER + Printable.line(service) + " names " + Finding.first(missing),
                        "add the artifact that has the class, or take the line out; a relocation must change"
                                + " the file, too"));
            }
        }
        return found;
    }

    private static boolean isInTheJdk(String type) {
        return ClassLoader.getPlatformClassLoader().getResource(type.replace('.', '/') + ".class") != null;
    }

    /** The services that have a file. */
    private static List<String> files(JarContent jar) {
        return jar.names().stream()
                .filter(name -> name.startsWith(FOLDER))
                .map(name -> name.substring(FOLDER.length()))
                .filter(service -> CLASS_NAME.matcher(service).matches())
                .toList();
    }

    /** The classes that a service file names; lines of another form, as some libraries have them, are not for service loaders. */
    private static Set<String> providers(String text) {
        Set<String> providers = new LinkedHashSet<>();
        text.lines()
                .map(line -> line.replaceFirst("#.*", "").trim())
                .filter(line -> CLASS_NAME.matcher(line).matches())
                .forEach(providers::add);
        return providers;
    }
}
