/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.OutputNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.graph.StreamNode;
import io.acequia.streaming.listener.OutputInfo;
import io.acequia.streaming.receiver.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the outputs of a batch, one at a time, in the order of their definition, under the failure policies. Stateless: used
 * by every thread that runs batches.
 */
final class BatchRunner {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

    private final StreamGraph graph;
    private final StreamClock clock;
    private final ListenerBus bus;
    private final Time zero;
    private final BooleanSupplier stopping;
    private final Ledger ledger;
    private final Turns allocations = new Turns();
    private final Turns turns = new Turns();

    BatchRunner(
            StreamGraph graph, StreamClock clock, ListenerBus bus, Ledger ledger, Time zero, BooleanSupplier stopping) {
        this.ledger = ledger;
        this.graph = graph;
        this.clock = clock;
        this.bus = bus;
        this.zero = zero;
        this.stopping = stopping;
    }

    /** The batch is planned, and will run. In the order of times. */
    void planned(Time time) {
        allocations.add(time);
        turns.add(time);
    }

    /** A piece of work of a batch. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /**
     * Runs everything the batch asks for; returns the first failure that a policy let pass.
     *
     * @throws BatchFailedException when the context must stop
     * @throws InterruptedException when the batch was given up
     */
    @Nullable
    Throwable run(PlannedBatch batch, Step planning) throws InterruptedException {
        awaitTurn(allocations, batch);
        attempt(batch, "input", "", contextPolicy(), true, planning);
        journal(batch, () -> ledger.allocated(batch));
        allocations.done(batch.time());
        for (var entry : batch.intakes().entrySet()) {
            InputNode node = entry.getKey();
            List<Rejected> rejected = entry.getValue().rejected();
            if (!rejected.isEmpty()) {
                attempt(
                        batch,
                        node.site().uid(),
                        node.site().callSite(),
                        contextPolicy(),
                        true,
                        () -> Poison.settle(
                                node.poison(),
                                node.origin().name(),
                                new Output.Key(batch.time(), node.site().uid(), 0),
                                rejected));
            }
        }
        carry(batch);
        Throwable passed = null;
        for (OutputNode output : graph.outputs()) {
            if (output.input().yieldsAt(batch.time(), zero)
                    && !batch.hasEnded(output.site().uid())) {
                Throwable failure = run(batch, output);
                passed = passed == null ? failure : passed;
            }
        }
        journal(batch, () -> ledger.done(batch));
        return passed;
    }

    /** Without the journal nothing may go on. */
    private void journal(PlannedBatch batch, Step step) throws InterruptedException {
        attempt(batch, "journal", "", FailurePolicy.stop(), true, step);
    }

    /** Makes what later batches build on: state and windows. Batches do this in the order of their times. */
    private void carry(PlannedBatch batch) throws InterruptedException {
        awaitTurn(turns, batch);
        for (StreamNode node : graph.retention().carried()) {
            if (node.yieldsAt(batch.time(), zero)) {
                String uid = node.site().uid();
                attempt(batch, uid, node.site().callSite(), contextPolicy(), true, () -> {
                    batch.scope().output(uid);
                    batch.rddOf(node);
                    batch.carried(node);
                });
            }
        }
        batch.carried();
        turns.done(batch.time());
    }

    private void awaitTurn(Turns turns, PlannedBatch batch) throws InterruptedException {
        while (true) {
            forgetInterrupt();
            try {
                turns.await(batch.time());
                return;
            } catch (InterruptedException e) {
                if (stopping.getAsBoolean()) {
                    throw e;
                }
            }
        }
    }

    private @Nullable Throwable run(PlannedBatch batch, OutputNode output) throws InterruptedException {
        String uid = output.site().uid();
        String callSite = output.site().callSite();
        Instant started = clock.now();
        bus.postQuietly(listener -> listener.onOutputOperationStarted(
                new OutputInfo(batch.time(), uid, callSite, Optional.empty(), Optional.empty())));
        Throwable failure = null;
        try {
            failure = attempt(batch, uid, callSite, output.policy().orElseGet(this::contextPolicy), false, () -> {
                batch.scope().output(uid);
                output.run(batch.rddOf(output.input()), batch.time());
            });
            Throwable let = failure;
            journal(batch, () -> ended(batch.time(), uid, let));
        } catch (BatchFailedException e) {
            failure = e;
            throw e;
        } finally {
            Optional<Throwable> why = Optional.ofNullable(failure);
            Duration took = Duration.between(started, clock.now());
            bus.postQuietly(listener -> listener.onOutputOperationCompleted(
                    new OutputInfo(batch.time(), uid, callSite, Optional.of(took), why)));
        }
        return failure;
    }

    private void ended(Time batch, String uid, @Nullable Throwable failure) throws Exception {
        if (failure == null) {
            ledger.outputDone(batch, uid);
        } else {
            ledger.outputFailed(batch, uid, failure);
        }
    }

    private FailurePolicy contextPolicy() {
        return graph.conf().get(StreamingConf.FAILURE_POLICY);
    }

    /** Runs a step under a policy; returns what it threw when the policy lets that pass. */
    private @Nullable Throwable attempt(
            PlannedBatch batch, String uid, String callSite, FailurePolicy policy, boolean neverSkipped, Step step)
            throws InterruptedException {
        for (int failed = 0; ; ) {
            try {
                forgetInterrupt();
                step.run();
                return null;
            } catch (Throwable thrown) {
                if (stopping.getAsBoolean() && !isFatal(thrown)) {
                    throw givenUp(thrown);
                }
                boolean interruptedItself = Thread.interrupted();
                LOG.debug("{} of batch {} threw, interrupted: {}", uid, batch.time(), interruptedItself);
                BatchFailedException failure = failure(batch.time(), uid, callSite, thrown);
                boolean retries = policy.kind() == FailurePolicy.Kind.RETRY && !isFatal(thrown);
                if (retries && failed++ < policy.attempts()) {
                    LOG.warn(
                            "{}; attempt {} of {} in {}",
                            failure.getMessage(),
                            failed,
                            policy.attempts(),
                            Durations.text(policy.backOff()));
                    clock.awaitUntil(clock.now().plus(policy.backOff()));
                    continue;
                }
                FailurePolicy.Kind last = retries ? policy.then() : policy.kind();
                if (last == FailurePolicy.Kind.CONTINUE && !neverSkipped && !isFatal(thrown) && !isMaking(thrown)) {
                    LOG.error("{}; the context goes on, that output misses data of this batch", failure.getMessage());
                    return failure;
                }
                throw failure;
            }
        }
    }

    /** An interrupt that an earlier function left on its thread is no concern of this one; that of a stop is. */
    private void forgetInterrupt() {
        if (!stopping.getAsBoolean() && Thread.interrupted() && stopping.getAsBoolean()) {
            Thread.currentThread().interrupt();
        }
    }

    private static BatchFailedException failure(Time time, String uid, String callSite, Throwable thrown) {
        if (thrown instanceof BatchFailedException already) {
            return already;
        }
        String place = callSite;
        int partition = -1;
        Throwable cause = thrown;
        if (thrown instanceof MakingFailed making) {
            place = making.node().site().callSite();
            cause = making.getCause() == null ? making : making.getCause();
        }
        for (Throwable t : Causes.of(thrown)) {
            if (t instanceof OperatorException operator) {
                place = operator.callSite();
                partition = operator.partition();
                cause = operator.getCause() == null ? operator : operator.getCause();
                return new BatchFailedException(
                        "ACQ-1008",
                        "batch " + time + " failed in output '" + uid + "': " + operator.getMessage(),
                        time,
                        uid,
                        place,
                        partition,
                        cause);
            }
        }
        return new BatchFailedException(
                "ACQ-1009",
                "batch " + time + " failed in '" + uid + "' at " + place + ": " + cause,
                time,
                uid,
                place,
                partition,
                cause);
    }

    private static boolean isMaking(Throwable thrown) {
        return thrown instanceof MakingFailed;
    }

    private static boolean isFatal(Throwable thrown) {
        return Causes.of(thrown).stream().anyMatch(VirtualMachineError.class::isInstance);
    }

    /** While the context stops, whatever comes out of a batch is the cancellation; else an interrupt is a failure like another. */
    private static InterruptedException givenUp(Throwable thrown) {
        InterruptedException interruption = new InterruptedException("the batch was given up");
        interruption.initCause(thrown);
        return interruption;
    }
}
