/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * What ends a connection. The consumer library asks again for ever, whatever the answer is; so the calls of its clients are watched,
 * and the first one that fails for good ends the receiver. What the library copes with does not: throttling, an iterator that has
 * expired, a stream that is being changed, a lease that somebody else has taken. Safe for use by any thread.
 */
final class Failures {
    private static final Set<String> LOGIN = Set.of(
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "NotAuthorizedException",
            "OptInRequired",
            "UnrecognizedClientException");

    private final String source;
    private final String stream;
    private final Runnable onFirst;
    private final AtomicReference<@Nullable Exception> first = new AtomicReference<>();

    /**
     * @param source what to call the source in messages
     * @param onFirst runs once, on any thread
     */
    Failures(String source, String stream, Runnable onFirst) {
        this.source = source;
        this.stream = stream;
        this.onFirst = onFirst;
    }

    boolean any() {
        return first.get() != null;
    }

    void check() throws Exception {
        Exception failure = first.get();
        if (failure != null) {
            throw failure;
        }
    }

    private void found(Exception failure) {
        if (first.compareAndSet(null, failure)) {
            onFirst.run();
        }
    }

    /** An open connection broke. */
    void broke(String peer, Throwable cause) {
        if (cause instanceof IOException && !(cause instanceof SSLException)) {
            found(new ReceiverDisconnectedException(
                    "ACQ-2646 the connection of " + source + " to " + peer + " broke: " + cause.getMessage(), cause));
        }
    }

    /** The consumer library does not go on. */
    void ended(String what, Throwable cause) {
        found(new ReceiverDisconnectedException(
                "ACQ-2648 the consumer library of " + source + " ended: " + what + ": " + rootOf(cause), cause));
    }

    private static Throwable rootOf(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /**
     * Watches the calls of a client.
     *
     * @param service what to call its service, and where it is
     */
    ExecutionInterceptor watch(String service, boolean isKinesis) {
        return new ExecutionInterceptor() {
            @Override
            public void onExecutionFailure(Context.FailedExecution failed, ExecutionAttributes attributes) {
                Throwable cause =
                        failed.exception() instanceof CompletionException wrapped && wrapped.getCause() != null
                                ? wrapped.getCause()
                                : failed.exception();
                Exception failure = cause instanceof AwsServiceException refusal
                        ? refused(service, isKinesis, failed.request(), refusal)
                        : cause instanceof SdkClientException ? unanswered(service, cause) : null;
                if (failure != null) {
                    found(failure);
                }
            }
        };
    }

    private Exception unanswered(String service, Throwable cause) {
        return new ReceiverDisconnectedException(
                "ACQ-2641 " + service + " does not answer " + source + ": " + cause.getMessage(), cause);
    }

    private @Nullable Exception refused(
            String service, boolean isKinesis, SdkRequest request, AwsServiceException refusal) {
        if (refusal.statusCode() >= 500) {
            return unanswered(service, refusal);
        }
        String code = refusal.awsErrorDetails() == null
                ? ""
                : String.valueOf(refusal.awsErrorDetails().errorCode());
        if (LOGIN.contains(code)) {
            return new IllegalStateException(
                    "ACQ-2643 " + service + " refuses the login of " + source + ": " + refusal.getMessage()
                            + "; check the credentials, and what they are allowed",
                    refusal);
        }
        return !isKinesis || isPassing(request, refusal) ? null : refusedByKinesis(service, refusal);
    }

    private static boolean isPassing(SdkRequest request, AwsServiceException refusal) {
        return refusal.isThrottlingException()
                || refusal instanceof ProvisionedThroughputExceededException
                || refusal instanceof LimitExceededException
                || refusal instanceof ExpiredIteratorException
                || refusal instanceof ResourceInUseException
                || refusal instanceof InvalidArgumentException && request instanceof GetRecordsRequest;
    }

    private Exception refusedByKinesis(String service, AwsServiceException refusal) {
        return refusal instanceof ResourceNotFoundException
                ? new IllegalStateException(
                        "ACQ-2642 " + service + " has no stream '" + stream + "', or no longer what " + source
                                + " reads of it: check the name, the region and the account; of a stream that was made"
                                + " anew, delete the lease table (" + refusal.getMessage() + ")",
                        refusal)
                : new IllegalStateException(
                        "ACQ-2645 " + service + " refuses what " + source + " asks for: " + refusal.getMessage(),
                        refusal);
    }
}
