/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.Done;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.CoordinatedShutdown;
import akka.actor.Identify;
import akka.actor.PoisonPill;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import akka.io.Tcp;
import akka.pattern.Patterns;
import com.typesafe.config.Config;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One actor system with the program's actor in it, from the start to the end of both.
 *
 * <p><b>Threads.</b> Actors run on Akka's threads and meet the receiver's thread in the {@link ActorStore} alone; answers are sent
 * from the receiver's thread. Whatever ends the receiver is noted there, and thrown by the read that finds nothing more.
 */
final class AkkaReceiver<T> implements ReliableReceiver<T> {
    private static final Logger LOG = LoggerFactory.getLogger(AkkaReceiver.class);
    private static final Duration CLOSING = Duration.ofSeconds(10);
    private static final Duration MORE = Duration.ofMillis(300);

    private final AkkaSource.Settings settings;
    private final String name;
    private final ActorStore<T> store;
    private @Nullable ActorSystem system;
    private @Nullable ActorRef supervisor;

    AkkaReceiver(AkkaSource.Settings settings) {
        this.settings = settings;
        this.name = settings.name();
        this.store = new ActorStore<>(name, settings.capacity(), settings.storeTimeout());
    }

    @Override
    public void connect() throws Exception {
        Props props = made(settings.actor());
        SupervisorStrategy strategy = made(settings.supervision());
        ActorSystem started = start();
        CoordinatedShutdown.get(started)
                .addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "tell the receiver", () -> {
                    store.end(new ReceiverDisconnectedException("ACQ-2615 the actor system of source '" + name
                            + "' has ended by itself: see what Akka has logged"));
                    return CompletableFuture.completedFuture(Done.getInstance());
                });
        ActorRef feeder = settings.feeder() == null ? null : find(settings.feeder(), started);
        store.register(started, feeder);
        supervisor = started.actorOf(
                Props.create(Supervisor.class, () -> new Supervisor(name, store, props, strategy, feeder)),
                "supervisor");
    }

    private <V> V made(Function0<V> by) throws Exception {
        return Objects.requireNonNull(
                by.call(), () -> "ACQ-2606 source '" + name + "': a function gave null instead of Props or a strategy");
    }

    private ActorSystem start() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context == null ? AkkaReceiver.class.getClassLoader() : context;
        Config config = SystemConfig.of(settings, loader);
        try {
            ActorSystem started = ActorSystem.create(AkkaSource.SYSTEM, config, loader);
            system = started;
            SystemConfig.tryTls(started, loader);
            return started;
        } catch (Exception e) {
            Throwable cause = e;
            StringBuilder why = new StringBuilder();
            for (; cause != null; cause = cause.getCause()) {
                why.append(": ").append(cause.getMessage());
            }
            throw new IllegalStateException("ACQ-2604 no actor system can be started for " + settings + why, e);
        }
    }

    private ActorRef find(String path, ActorSystem in) throws Exception {
        Duration atMost = settings.feederTimeout();
        try {
            return in.actorSelection(path)
                    .resolveOne(atMost)
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            throw new ReceiverDisconnectedException(
                    "ACQ-2605 source '" + name + "' finds no feeder " + path
                            + ": it is not there, or did not answer within " + atMost,
                    e);
        }
    }

    @Override
    public Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
        return store.poll(maxRecords, maxWait);
    }

    @Override
    public void wakeUp() {
        store.wakeUp();
    }

    @Override
    public void close() {
        store.close();
        if (supervisor != null) {
            hearOut(supervisor);
        }
        if (system != null && !hasEnded(system)) {
            LOG.warn(
                    "ACQ-2618 the actor system of source '{}' has not ended within {} and is left behind: some actor"
                            + " does not return from a message, or from postStop",
                    name,
                    CLOSING);
        }
        if (store.lost() > 0) {
            LOG.warn(
                    "ACQ-2617 source '{}': {} messages reached nobody: no actor knew them, it had stopped, or its"
                            + " mailbox was full; feeders must send again what was not answered",
                    name,
                    store.lost());
        }
    }

    /** What the supervisor was told of before, it has counted when it answers: an actor that is stopped drops what it has not read. */
    private static void hearOut(ActorRef supervisor) {
        try {
            Patterns.ask(supervisor, new Identify("closing"), CLOSING)
                    .toCompletableFuture()
                    .handle((answer, failure) -> true)
                    .join();
        } catch (IllegalStateException e) {
            LOG.debug("the actor system had ended before its supervisor was asked", e);
        }
    }

    /** At times Akka waits for a connection that is dead, and would for ever: it loses its connections when it takes long. */
    private boolean hasEnded(ActorSystem running) {
        running.terminate();
        if (settings.remote() != null && !hasEnded(running, settings.flush().plus(MORE))) {
            Tcp.get(running).getManager().tell(PoisonPill.getInstance(), ActorRef.noSender());
        }
        return hasEnded(running, CLOSING);
    }

    private static boolean hasEnded(ActorSystem running, Duration atMost) {
        return running.getWhenTerminated()
                .toCompletableFuture()
                .handle((ended, failure) -> true)
                .completeOnTimeout(false, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
