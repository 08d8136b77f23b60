/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.ActorPaths;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An actor as a source: an {@link ActorReceiver}, which stores what it is sent. It runs in an actor system of the receiver's own,
 * as {@code /user/supervisor/NAME}. Feeders in other processes reach it by Akka's remoting.
 *
 * <pre>{@code
 * var lines = AkkaSource.<String>builder("lines", () -> Props.create(Lines.class, Lines::new))
 *         .remote("10.0.0.7", 0)
 *         .feeder("akka://feeds@10.0.0.8:25520/user/lines")
 *         .build();
 * context.receiverStream(lines).print();
 * }</pre>
 *
 * <p>Guarantee: at least once, when the actor stores with somebody to reply to, who sends again what was not answered as
 * safe; else at most once. Each connection attempt has a new system and a new actor.
 *
 * <p>Thread: immutable. Order: that of the {@code store} calls of each actor.
 *
 * @param <T> type of the records
 */
public final class AkkaSource<T> implements Source<T> {
    /** The name of the actor system. */
    static final String SYSTEM = "acequia";

    private final Settings settings;

    private AkkaSource(Settings settings) {
        this.settings = settings;
    }

    /** Prints no configuration, which may have passwords. */
    record Settings(
            String name,
            Function0<Props> actor,
            Function0<SupervisorStrategy> supervision,
            @Nullable InetSocketAddress remote,
            @Nullable String feeder,
            Duration feederTimeout,
            String config,
            TreeMap<String, Serializable> values,
            int capacity,
            Duration storeTimeout)
            implements Serializable {
        /** How long the end of the system waits until others have what was sent to them. */
        Duration flush() {
            long tenth = feederTimeout.toMillis() / 10;
            return Duration.ofMillis(Math.min(1_000, tenth));
        }

        @Override
        public String toString() {
            return "source '" + name + "' in akka://" + SYSTEM
                    + (remote == null ? "" : "@" + remote.getHostString() + ":" + remote.getPort());
        }
    }

    /**
     * An actor that finds what it stores by itself, without remoting.
     *
     * @param name of the source and of the actor
     * @param actor makes the {@code Props} of the actor, where the receiver runs; what it captures must be serializable
     */
    public static <T> AkkaSource<T> of(String name, Function0<Props> actor) {
        return AkkaSource.<T>builder(name, actor).build();
    }

    /** Begins a source; the parameters are those of {@link #of}. */
    public static <T> Builder<T> builder(String name, Function0<Props> actor) {
        return new Builder<>(Objects.requireNonNull(name, "name"), Objects.requireNonNull(actor, "actor"));
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<T> newReceiver() {
        return new AkkaReceiver<>(settings);
    }

    Settings settings() {
        return settings;
    }

    @Override
    public String toString() {
        return settings.toString();
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<T> {
        private static final int MOST_PORT = 65_535;

        private final String name;
        private final Function0<Props> actor;
        private final TreeMap<String, Serializable> values = new TreeMap<>();
        private final List<String> wrong = new ArrayList<>();
        private Function0<SupervisorStrategy> supervision = SupervisorStrategy::defaultStrategy;
        private @Nullable String host;
        private int port;
        private @Nullable String feeder;
        private Duration feederTimeout = Duration.ofSeconds(10);
        private String config = "";
        private int capacity = 10_000;
        private Duration storeTimeout = Duration.ofSeconds(30);

        private Builder(String name, Function0<Props> actor) {
            this.name = name;
            this.actor = actor;
        }

        /**
         * Lets other processes reach the actor, as {@code akka://acequia@HOST:PORT/user/supervisor/NAME}, by Artery over TCP.
         * Needs {@code akka-remote} on the class path. Default: no remoting.
         *
         * @param hostName by which others reach this one
         * @param portNumber where it listens; 0 for any free one, when others need not know it
         */
        public Builder<T> remote(String hostName, int portNumber) {
            host = hostName;
            port = portNumber;
            return this;
        }

        /**
         * A remote actor that must be there: connecting waits for it, and the receiver ends, to be connected anew, when it is
         * gone. The program's actor finds it by {@link ActorReceiver#feeder()}. Default: none.
         *
         * @param path as {@code akka://system@host:port/user/name}
         */
        public Builder<T> feeder(String path) {
            feeder = path;
            return this;
        }

        /**
         * How long connecting waits for the feeder, and within what time it is noticed that it cannot be reached any more.
         * Default: 10 s.
         */
        public Builder<T> feederTimeout(Duration atMost) {
            feederTimeout = atMost;
            return this;
        }

        /**
         * Makes the strategy by which the actor is supervised. What it escalates, and an actor that it stops, end the receiver, to
         * be connected anew. Default: Akka's, which restarts an actor that throws, without limit.
         */
        public Builder<T> supervision(Function0<SupervisorStrategy> strategy) {
            supervision = strategy;
            return this;
        }

        /** Configuration of the actor system, in HOCON. No {@code application.conf} is read. Default: none. */
        public Builder<T> config(String text) {
            config = text;
            return this;
        }

        /** A value of that configuration, which wins over {@link #config}; give passwords as {@link Secret}. */
        public Builder<T> set(String path, Serializable value) {
            values.put(path, value);
            return this;
        }

        /** About so many records wait in the store before it is full. Default: 10,000. */
        public Builder<T> capacity(int records) {
            capacity = records;
            return this;
        }

        /** How long {@code store} waits while the store is full. Default: 30 s. */
        public Builder<T> storeTimeout(Duration atMost) {
            storeTimeout = atMost;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Starts nothing. */
        public AkkaSource<T> build() {
            wrong.clear();
            check();
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("ACQ-2600 invalid Akka source '" + name + "' (" + wrong.size()
                        + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
            }
            InetSocketAddress remote = host == null ? null : InetSocketAddress.createUnresolved(host, port);
            return new AkkaSource<>(new Settings(
                    name,
                    actor,
                    supervision,
                    remote,
                    feeder,
                    feederTimeout,
                    config,
                    new TreeMap<>(values),
                    capacity,
                    storeTimeout));
        }

        private void check() {
            must(ActorPaths.isValidPathElement(name), "name", name, "be letters, digits, - and _, as that of an actor");
            must(host == null || host.matches("[^\\s\"]+"), "remote host", host, "be a name or an address");
            must(port >= 0 && port <= MOST_PORT, "remote port", port, "be from 0 to " + MOST_PORT);
            must(feeder == null || isWhole(feeder), "feeder", feeder, "be as akka://system@host:port/user/name");
            must(feeder == null || host != null, "feeder", feeder, "have remote(host, port), too");
            must(!feederTimeout.minusMillis(10).isNegative(), "feederTimeout", feederTimeout, "be at least 10 ms");
            must(capacity >= 1, "capacity", capacity, "be at least 1");
            must(!storeTimeout.isNegative(), "storeTimeout", storeTimeout, "not be negative");
            try {
                checkOurs(SystemConfig.given(config, Map.of()));
            } catch (ConfigException e) { // says what is there, which may be a password
                must(
                        false,
                        "config, line",
                        e.origin() == null ? "?" : e.origin().lineNumber(),
                        "be HOCON");
            }
            values.forEach((path, value) -> {
                try {
                    checkOurs(SystemConfig.given("", Map.of(path, value)));
                } catch (ConfigException e) {
                    must(false, "set", path, "be a path of a configuration, with a value for it");
                }
            });
        }

        private void must(boolean so, String what, @Nullable Object value, String must) {
            if (!so) {
                wrong.add(what + " = " + value + ": must " + must);
            }
        }

        private static boolean isWhole(String path) {
            try {
                return ActorPaths.fromString(path).address().hasGlobalScope();
            } catch (Exception e) { // a MalformedURLException, which it does not declare
                return false;
            }
        }

        private void checkOurs(Config given) {
            SystemConfig.OURS.forEach(
                    (key, why) -> must(!SystemConfig.has(given, key), "config", key, "not be set; " + why));
        }
    }
}
