/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kafka.KafkaDirectSource.Builder;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.testkit.ReceiverReader;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process with secrets in all places where they can be, which tells all that it can. */
final class SecretsProgram {
    private static final Logger LOG = LoggerFactory.getLogger(SecretsProgram.class);

    private final Path directory;
    private final String bootstrap;
    private final String topic;
    private final Path trusted;
    private final Path keys;

    private SecretsProgram(List<String> arguments) {
        directory = Path.of(arguments.get(0));
        bootstrap = arguments.get(1);
        topic = arguments.get(2);
        trusted = Path.of(arguments.get(3));
        keys = Path.of(arguments.get(4));
    }

    /** What must not be told. */
    enum Planted {
        /** The right password, in a login. */
        PASSWORD,
        WRONG_PASSWORD,
        /** In a login that cannot be parsed. */
        BROKEN_LOGIN,
        TRUSTSTORE,
        WRONG_TRUSTSTORE,
        KEYSTORE,
        WRONG_KEYSTORE,
        /** In a URL, for a deserializer. */
        REGISTRY_URL,
        /** For a deserializer, as plain text. */
        REGISTRY_TOKEN,
        /** As a secret where Kafka's clients log the value. */
        LOGGED_VALUE,
        /** The same as plain text, in a URL. */
        LOGGED_URL,
        BOOTSTRAP_URL,
        /** For a source with settings that are refused. */
        REFUSED;

        String text() {
            return "Pl4nted-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        Secret secret() {
            return Secret.of(text());
        }
    }

    /** A deserializer that looks whether it is given what is meant for it. */
    public static final class Registered implements Deserializer<String> {
        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {
            boolean given = url(Planted.REGISTRY_URL).equals(configs.get("registry.url"))
                    && Planted.REGISTRY_TOKEN.text().equals(configs.get("registry.token"));
            System.out.println("the deserializer has its secrets: " + given);
        }

        @Override
        public String deserialize(String topic, byte[] data) {
            return new String(data, UTF_8);
        }
    }

    private static String url(Planted secret) {
        return "https://alice:" + secret.text() + "@registry.example/";
    }

    private static Secret login(String password) {
        return Secret.of("org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                + SecuredBroker.USER + "\" password=\"" + password + "\";");
    }

    private Map<String, Object> properties(Secret login) {
        return Map.of(
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "SCRAM-SHA-512",
                "sasl.jaas.config", login,
                "ssl.truststore.location", trusted.toString(),
                "ssl.truststore.password", Planted.TRUSTSTORE.secret(),
                "ssl.keystore.location", keys.toString(),
                "ssl.keystore.password", Planted.KEYSTORE.secret(),
                "ssl.key.password", Planted.KEYSTORE.text(),
                "registry.url", Secret.of(url(Planted.REGISTRY_URL)),
                "registry.token", Planted.REGISTRY_TOKEN.text());
    }

    private Builder<String, String> source() {
        Builder<String, String> source = KafkaDirectSource.builder(StringDeserializer.class, Registered.class)
                .bootstrapServers(bootstrap)
                .topics(topic)
                .groupId("secrets")
                .startAt(Start.EARLIEST);
        properties(login(Planted.PASSWORD.text())).forEach(source::property);
        return source;
    }

    private KafkaSink<String> sink() {
        KafkaSink.Builder<String, String> sink = KafkaSink.builder(StringSerializer.class, StringSerializer.class)
                .bootstrapServers(bootstrap)
                .job("secrets");
        properties(login(Planted.PASSWORD.text())).forEach(sink::property);
        return sink.build(value -> new ProducerRecord<>("written", value));
    }

    /** A receiver of the same topic. */
    private void receive(String name, Secret login) {
        System.out.println("---- receiver, " + name);
        KafkaSource.Builder<String, String, String> source = KafkaSource.builder(
                        StringDeserializer.class, Registered.class, ConsumerRecord::value)
                .bootstrapServers(bootstrap)
                .topics(topic)
                .groupId("receivers");
        properties(login).forEach(source::property);
        KafkaSource<String, String, String> built = source.build();
        System.out.println(built);
        try (ReceiverReader<String> reader = new ReceiverReader<>(built)) {
            System.out.println("received " + reader.readAll(10).size());
            reader.ack();
        } catch (Exception e) {
            e.printStackTrace(System.out);
        }
    }

    private void run(String name, Builder<String, String> builder) throws Exception {
        System.out.println("---- " + name);
        try {
            KafkaDirectSource<String, String> source = builder.build();
            System.out.println(source + " " + source.name() + " " + source.connection());
            StreamingConf conf =
                    StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("secrets");
            try (TestStreams t = TestStreams.every(Duration.ofSeconds(1), conf, directory.resolve("job " + name), s -> {
                var values = s.context().directStream(source).map(ConsumerRecord::value);
                s.collect("values", values);
                KafkaSink<String> sink = sink();
                System.out.println(sink);
                values.writeTo(sink).uid("written");
            })) {
                t.advance(1);
                System.out.println("read " + t.last("values").size());
                System.out.println(t.context().status());
                t.restart();
                t.advance(1);
                t.stopAndRestart();
                t.advance(1);
                System.out.println(t.context().status());
            }
        } catch (Exception e) {
            e.printStackTrace(System.out);
        }
    }

    private void tell() throws Exception {
        run("right", source());
        run("wrong password", source().property("sasl.jaas.config", login(Planted.WRONG_PASSWORD.text())));
        run("broken login", source().property("sasl.jaas.config", login("a\"" + Planted.BROKEN_LOGIN.text())));
        run("wrong truststore", source().property("ssl.truststore.password", Planted.WRONG_TRUSTSTORE.secret()));
        run("wrong keystore", source().property("ssl.keystore.password", Planted.WRONG_KEYSTORE.secret()));
        run("logged value", source().property("client.rack", Planted.LOGGED_VALUE.secret()));
        run("logged URL", source().property("sasl.oauthbearer.token.endpoint.url", url(Planted.LOGGED_URL)));
        run("bootstrap", source().bootstrapServers("alice:" + Planted.BOOTSTRAP_URL.text() + "@" + bootstrap));
        run(
                "refused",
                source().property("group.id", Planted.REFUSED.secret())
                        .property("ssl.key.password", Planted.REFUSED.text())
                        .maxRatePerPartition(-1));
        receive("right", login(Planted.PASSWORD.text()));
        receive("wrong password", login(Planted.WRONG_PASSWORD.text()));
    }

    /** What the search must find. */
    private void leak() throws Exception {
        for (Planted each : Planted.values()) {
            LOG.debug("logged: {}", each.text());
        }
        Files.createDirectories(directory.resolve("leaked"));
        Files.write(
                directory.resolve("leaked").resolve("file"),
                Arrays.stream(Planted.values()).map(Planted::text).toList());
        Map<String, Object> properties = Map.of(
                "bootstrap.servers", bootstrap,
                "client.rack", Planted.LOGGED_VALUE.text(),
                "sasl.oauthbearer.token.endpoint.url", url(Planted.LOGGED_URL));
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer()).close();
    }

    public static void main(String[] arguments) throws Exception {
        SecretsProgram program = new SecretsProgram(List.of(arguments).subList(1, arguments.length));
        if (arguments[0].equals("leak")) {
            program.leak();
        } else {
            program.tell();
        }
        System.out.println("END");
    }
}
