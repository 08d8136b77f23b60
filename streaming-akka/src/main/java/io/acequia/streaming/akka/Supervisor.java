/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.AllDeadLetters;
import akka.actor.ChildRestartStats;
import akka.actor.DeadLetter;
import akka.actor.Dropped;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import akka.actor.Terminated;
import akka.actor.UnhandledMessage;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import org.jspecify.annotations.Nullable;
import scala.PartialFunction;
import scala.collection.Iterable;

/**
 * The parent of the program's actor. It supervises that as the program says, and ends the receiver, with the cause, when the
 * actor is gone, when a failure is escalated, and when the feeder is gone. It also hears of messages that no actor took.
 */
final class Supervisor extends AbstractActor {
    private final String source;
    private final ActorStore<?> store;
    private final Props props;
    private final SupervisorStrategy strategy;
    private final @Nullable ActorRef feeder;
    private @Nullable Throwable failure;

    Supervisor(String source, ActorStore<?> store, Props props, SupervisorStrategy given, @Nullable ActorRef feeder) {
        this.source = source;
        this.store = store;
        this.props = props;
        this.strategy = new Noting(given);
        this.feeder = feeder;
    }

    @Override
    public SupervisorStrategy supervisorStrategy() {
        return strategy;
    }

    @Override
    public void preStart() {
        getContext().getSystem().eventStream().subscribe(getSelf(), UnhandledMessage.class);
        getContext().getSystem().eventStream().subscribe(getSelf(), DeadLetter.class);
        getContext().getSystem().eventStream().subscribe(getSelf(), Dropped.class);
        if (feeder != null) {
            getContext().watch(feeder);
        }
        getContext().watch(getContext().actorOf(props, source));
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Terminated.class, this::gone)
                .match(AllDeadLetters.class, letter -> isOurs(letter.recipient()), this::missed)
                .match(AllDeadLetters.class, elsewhere -> {})
                .build();
    }

    private boolean isOurs(ActorRef to) {
        return to.path().toStringWithoutAddress().startsWith(getSelf().path().toStringWithoutAddress());
    }

    private void missed(AllDeadLetters letter) {
        if (letter instanceof UnhandledMessage) {
            store.reject(letter.message(), letter.sender() + " to " + letter.recipient());
        } else {
            store.lose();
        }
    }

    private void gone(Terminated terminated) {
        if (terminated.getActor().equals(feeder)) {
            store.end(new ReceiverDisconnectedException("ACQ-2614 the feeder of source '" + source + "', "
                    + terminated.getActor().path() + ", is gone: it has stopped, or cannot be reached"));
        } else if (failure == null) {
            store.end(new ReceiverDisconnectedException("ACQ-2612 the actor of source '" + source
                    + "' has stopped itself; to end the source, let it call endSource()"));
        } else {
            failed("has stopped", failure);
        }
    }

    private void failed(String how, Throwable cause) {
        store.end(new IllegalStateException(
                "ACQ-2613 the actor of source '" + source + "' " + how + ", its last failure was: " + cause, cause));
    }

    /** The strategy that was given; what it escalates ends the receiver. */
    private final class Noting extends SupervisorStrategy {
        private final SupervisorStrategy given;

        Noting(SupervisorStrategy given) {
            this.given = given;
        }

        @Override
        public PartialFunction<Throwable, Directive> decider() {
            return given.decider();
        }

        @Override
        public void handleChildTerminated(
                akka.actor.ActorContext context, ActorRef child, Iterable<ActorRef> children) {
            given.handleChildTerminated(context, child, children);
        }

        @Override
        public void processFailure(
                akka.actor.ActorContext context,
                boolean restart,
                ActorRef child,
                Throwable cause,
                ChildRestartStats stats,
                Iterable<ChildRestartStats> children) {
            given.processFailure(context, restart, child, cause, stats, children);
        }

        @Override
        public boolean handleFailure(
                akka.actor.ActorContext context,
                ActorRef child,
                Throwable cause,
                ChildRestartStats stats,
                Iterable<ChildRestartStats> children) {
            failure = cause;
            if (!given.handleFailure(context, child, cause, stats, children)) {
                failed("has escalated", cause);
                context.stop(child);
            }
            return true;
        }
    }
}
