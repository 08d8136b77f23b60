/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Clients that take some answers of Kinesis for refusals, as the real one gives them. */
final class Answers extends Clients.Factory {
    private final Class<? extends SdkRequest> to;
    private final int status;
    private final String code;
    private final AtomicInteger left;

    /**
     * @param to what is refused
     * @param times how often
     */
    Answers(Class<? extends SdkRequest> to, int status, String code, int times) {
        this.to = to;
        this.status = status;
        this.code = code;
        this.left = new AtomicInteger(times);
    }

    /** How many will still be refused. */
    int left() {
        return Math.max(0, left.get());
    }

    @Override
    List<ExecutionInterceptor> kinesisInterceptors() {
        return List.of(new ExecutionInterceptor() {
            @Override
            public SdkHttpResponse modifyHttpResponse(
                    Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
                return to.isInstance(context.request()) && left.getAndDecrement() > 0
                        ? SdkHttpResponse.builder()
                                .statusCode(status)
                                .putHeader("x-amzn-ErrorType", code)
                                .putHeader("Content-Type", "application/x-amz-json-1.1")
                                .build()
                        : context.httpResponse();
            }
        });
    }
}
