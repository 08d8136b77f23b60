/* SPDX-License-Identifier: Apache-2.0 */

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.InvalidActorNameException;
import akka.actor.PoisonPill;
import akka.actor.Props;
import akka.pattern.Patterns;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * A program that feeds a receiver from another process. It has channels, each an actor {@code /user/NAME} of the system
 * {@code feeds}. A receiver says {@code subscribe} to it and is sent numbered texts, {@code 17:text}, as many at a time as the window
 * allows; it answers {@code ack:17} or {@code nack:17}. What is not answered for a while, or was when another receiver subscribes, is
 * sent again.
 *
 * <p>It is told what to do by lines on a port, each {@code COMMAND CHANNEL [WORD]*}, and answers each with a line. What was
 * published and what was acknowledged is in files, so that it goes on there when it was killed.
 */
public final class Feeder {
    private static final Path FILES = Path.of("/var/lib/feeder");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ActorSystem system;
    private final Map<String, ActorRef> channels = new ConcurrentHashMap<>();

    private Feeder(ActorSystem system) {
        this.system = system;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> given = System.getenv();
        String bound = given.get("ARTERY_PORT");
        String config =
                """
                akka {
                  actor { provider = remote, allow-java-serialization = off }
                  loglevel = WARNING
                  log-dead-letters = off
                  remote {
                    use-unsafe-remote-features-outside-cluster = on
                    warn-about-direct-use = off
                    artery {
                      transport = tcp
                      canonical { hostname = "127.0.0.1", port = %s }
                      bind.port = %s
                      advanced.outbound-restart-backoff = 100 ms
                    }
                  }
                }
                """
                        .formatted(given.getOrDefault("CANONICAL_PORT", bound), bound);
        Feeder feeder = new Feeder(ActorSystem.create(
                "feeds",
                ConfigFactory.parseString(given.getOrDefault("CONFIG", ""))
                        .withFallback(ConfigFactory.parseString(config))
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve()));
        try (var files = Files.list(FILES)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".published"))
                    .forEach(name -> feeder.channel(name.replace(".published", "")));
        }
        try (ServerSocket listening =
                new ServerSocket(Integer.parseInt(given.get("PORT")), 50, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket client = listening.accept();
                new Thread(() -> feeder.serve(client)).start();
            }
        }
    }

    private ActorRef channel(String name) {
        return channels.computeIfAbsent(name, this::start);
    }

    /** A name is free again a moment after its actor has ended. */
    private ActorRef start(String name) {
        while (true) {
            try {
                return system.actorOf(Props.create(Channel.class, () -> new Channel(name)), name);
            } catch (InvalidActorNameException e) {
                Thread.onSpinWait();
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
                PrintWriter out = new PrintWriter(client.getOutputStream(), true)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(answer(List.of(line.split(" "))));
            }
        } catch (Exception e) {
            System.err.println("a command failed: " + e);
        }
    }

    private Object answer(List<String> words) throws Exception {
        String name = words.get(1);
        if (!words.get(0).equals("end")) {
            return ask(channel(name), words);
        }
        ActorRef channel = channels.remove(name);
        if (channel != null) {
            Patterns.gracefulStop(channel, PATIENCE).toCompletableFuture().get();
        }
        return "ended";
    }

    private static Object ask(ActorRef channel, List<String> words) throws Exception {
        return Patterns.ask(channel, new Command(words), PATIENCE)
                .toCompletableFuture()
                .get();
    }

    private record Command(List<String> words) {}

    /** What is sent to one receiver at a time. */
    private static final class Channel extends AbstractActorWithTimers {
        private final Path publishedFile;
        private final Writer ackedFile;
        private final List<String> published = new ArrayList<>();
        private final BitSet acked = new BitSet();
        private final TreeMap<Integer, Long> sent = new TreeMap<>();
        private final TreeSet<Integer> refused = new TreeSet<>();
        private int window = 256;
        private boolean forgets;
        private long patienceNanos = 10_000_000_000L;
        private int next;
        private ActorRef receiver;

        Channel(String name) throws IOException {
            publishedFile = FILES.resolve(name + ".published");
            Path already = FILES.resolve(name + ".acked");
            ackedFile = Files.newBufferedWriter(already, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Files.newBufferedWriter(publishedFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
            published.addAll(Files.readAllLines(publishedFile));
            Files.readAllLines(already).forEach(number -> acked.set(Integer.parseInt(number)));
            getTimers().startTimerAtFixedRate("tick", "tick", Duration.ofMillis(50));
        }

        @Override
        public void postStop() throws IOException {
            ackedFile.close();
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(Command.class, command -> getSender().tell(done(command.words()), getSelf()))
                    .matchEquals("tick", tick -> again())
                    .matchEquals("subscribe", hello -> subscribed())
                    .match(String.class, answer -> answer.startsWith("ack:"), answer -> acked(number(answer)))
                    .match(String.class, answer -> answer.startsWith("nack:"), answer -> refused(number(answer)))
                    .build();
        }

        private static int number(String answer) {
            return Integer.parseInt(answer.substring(answer.indexOf(':') + 1));
        }

        private String done(List<String> words) throws IOException {
            List<String> more = words.subList(2, words.size());
            switch (words.get(0)) {
                case "open" -> {}
                case "publish" -> publish(more);
                case "generate" ->
                    publish(IntStream.range(0, Integer.parseInt(more.get(0)))
                            .mapToObj(i -> more.get(1) + "-" + i)
                            .toList());
                case "window" -> window = Integer.parseInt(more.get(0));
                case "patience" -> patienceNanos = Long.parseLong(more.get(0)) * 1_000_000;
                case "unacked" -> {
                    return String.valueOf(published.size() - acked.cardinality());
                }
                case "subscribed" -> {
                    return String.valueOf(receiver != null);
                }
                case "number" -> receiver.tell(Long.valueOf(more.get(0)), getSelf());
                case "poison" -> receiver.tell(PoisonPill.getInstance(), getSelf());
                case "fill" -> fill(Integer.parseInt(more.get(0)), Integer.parseInt(more.get(1)));
                case "flood" -> flood(Integer.parseInt(more.get(0)));
                default -> {
                    return "unknown";
                }
            }
            return "done";
        }

        private void publish(List<String> payloads) throws IOException {
            Files.write(publishedFile, payloads, StandardOpenOption.APPEND);
            published.addAll(payloads);
            send();
        }

        /** Texts of a length that do not outlive the process. */
        private void fill(int count, int length) {
            forgets = true;
            published.addAll(java.util.Collections.nCopies(count, "x".repeat(length)));
            send();
        }

        /** Without numbers: nobody waits for an answer. */
        private void flood(int count) {
            for (int i = 0; i < count; i++) {
                receiver.tell("flood-" + i, getSelf());
            }
        }

        private void subscribed() {
            receiver = getSender();
            sent.clear();
            refused.clear();
            next = 0;
            send();
        }

        private void send() {
            while (receiver != null && sent.size() < window && next < published.size()) {
                next = acked.nextClearBit(next);
                if (next < published.size()) {
                    send(next++);
                }
            }
        }

        private void send(int number) {
            sent.put(number, System.nanoTime());
            receiver.tell(number + ":" + published.get(number), getSelf());
        }

        private void acked(int number) throws IOException {
            sent.remove(number);
            refused.remove(number);
            if (!acked.get(number)) {
                acked.set(number);
                ackedFile.write(number + "\n");
                ackedFile.flush();
            }
            send();
        }

        private void refused(int number) {
            if (!acked.get(number)) {
                refused.add(number);
            }
        }

        private void again() {
            long now = System.nanoTime();
            sent.forEach((number, at) -> {
                if (now - at > patienceNanos) {
                    refused.add(number);
                }
            });
            refused.forEach(this::send);
            refused.clear();
        }
    }
}
