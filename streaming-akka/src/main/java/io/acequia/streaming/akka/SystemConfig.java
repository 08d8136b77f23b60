/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.acequia.streaming.data.Secret;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration of a receiver's actor system: what must hold, then what the program gives, then our defaults, then each
 * {@code reference.conf} of the class path. An {@code application.conf} does not count: it is for the program's own systems.
 */
final class SystemConfig {
    /** What a program cannot set, with the reason. */
    static final Map<String, String> OURS = new TreeMap<>(Map.of(
            "akka.actor.provider", "remote(..) chooses it",
            "akka.actor.allow-java-serialization", "it is off, as what is read could run code otherwise",
            "akka.remote.artery.canonical", "remote(..) says where to listen",
            "akka.log-config-on-start", "it would log passwords",
            "akka.jvm-exit-on-fatal-error", "an actor must not end the program",
            "akka.coordinated-shutdown.exit-jvm", "a receiver must not end the program"));

    private static final String MUST_HOLD =
            """
            akka {
              actor { provider = local, allow-java-serialization = off }
              log-config-on-start = off
              jvm-exit-on-fatal-error = off
              coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
            }
            """;
    private static final String REMOTE =
            """
            akka {
              actor.provider = remote
              remote.artery.canonical { hostname = "%s", port = %d }
            }
            """;
    private static final String DEFAULTS =
            """
            akka {
              loggers = [io.acequia.streaming.akka.AkkaLog]
              loglevel = WARNING
              stdout-loglevel = ERROR
              log-dead-letters = off
              remote {
                use-unsafe-remote-features-outside-cluster = on
                warn-about-direct-use = off
                watch-failure-detector {
                  implementation-class = akka.remote.DeadlineFailureDetector
                  heartbeat-interval = %1$d ms
                  expected-response-after = %1$d ms
                  unreachable-nodes-reaper-interval = %1$d ms
                  acceptable-heartbeat-pause = %2$d ms
                }
                artery {
                  transport = tcp
                  advanced {
                    outbound-restart-backoff = %3$d ms
                    shutdown-flush-timeout = %4$d ms
                    death-watch-notification-flush-timeout = %4$d ms
                  }
                }
              }
            }
            """;
    private static final String TRANSPORT = "akka.remote.artery.transport";
    /** A key of the reference.conf of each jar that is needed. */
    private static final List<String> KEYS_OF_LOCAL = List.of("akka.version");

    private static final List<String> KEYS_OF_REMOTE =
            List.of("akka.version", "akka.stream.materializer.dispatcher", TRANSPORT);
    private static final String PROVIDER = "akka/remote/RemoteActorRefProvider.class";

    private SystemConfig() {}

    /** Text and values as the program gives them; values win. */
    static Config given(String text, Map<String, Serializable> values) {
        Config config = ConfigFactory.parseString(text);
        for (Map.Entry<String, Serializable> each : values.entrySet()) {
            Object value = each.getValue() instanceof Secret secret ? secret.expose() : each.getValue();
            config = config.withValue(each.getKey(), ConfigValueFactory.fromAnyRef(value));
        }
        return config;
    }

    /** Whether it is there, as far as that can be told while nothing is resolved. */
    static boolean has(Config config, String key) {
        try {
            return config.hasPathOrNull(key);
        } catch (ConfigException.NotResolved e) {
            return false;
        }
    }

    /** Everything, or an error that says what is missing. */
    static Config of(AkkaSource.Settings settings, ClassLoader loader) {
        InetSocketAddress at = settings.remote();
        if (at != null && loader.getResource(PROVIDER) == null) {
            throw new IllegalStateException("ACQ-2603 source '" + settings.name() + "' is remote, and there is no "
                    + PROVIDER + " on the class path: add com.typesafe.akka:akka-remote_2.13:2.6.21");
        }
        Config reference = ConfigFactory.parseResources(loader, "reference.conf");
        for (String key : at == null ? KEYS_OF_LOCAL : KEYS_OF_REMOTE) {
            if (!has(reference, key)) {
                throw new IllegalStateException("ACQ-2602 no reference.conf on the class path has '" + key
                        + "': where jars are merged into one, each reference.conf must be appended to the others, as"
                        + " by the AppendingTransformer of Maven's Shade plugin with the resource reference.conf");
            }
        }
        try {
            String remote = at == null ? "" : REMOTE.formatted(at.getHostString(), at.getPort());
            return ConfigFactory.parseString(MUST_HOLD + remote)
                    .withFallback(given(settings.config(), settings.values()))
                    .withFallback(ConfigFactory.parseString(defaults(settings)))
                    .withFallback(reference)
                    .resolve();
        } catch (ConfigException e) {
            throw new IllegalStateException(
                    "ACQ-2601 the configuration of source '" + settings.name() + "' cannot be resolved: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Akka cannot end a system whose keys it cannot use: so they are tried before any connection is. */
    static void tryTls(ActorSystem system, ClassLoader loader) throws ReflectiveOperationException {
        Config config = system.settings().config();
        if (has(config, TRANSPORT) && config.getString(TRANSPORT).equals("tls-tcp")) {
            Object provider = loader.loadClass(config.getString("akka.remote.artery.ssl.ssl-engine-provider"))
                    .getConstructor(ActorSystem.class)
                    .newInstance(system);
            ((SSLEngineProvider) provider).createServerSSLEngine("127.0.0.1", 0);
        }
    }

    /**
     * A feeder is gone when it was not heard of for six tenths of the time, which is looked at each tenth. Akka connects to it anew
     * only after that: so a connection that breaks is noticed, and not mended behind our back without what it lost.
     */
    private static String defaults(AkkaSource.Settings settings) {
        long tenth = settings.feederTimeout().toMillis() / 10;
        long anew = settings.feeder() == null ? 1_000 : 15 * tenth;
        return DEFAULTS.formatted(tenth, 5 * tenth, anew, settings.flush().toMillis());
    }
}
