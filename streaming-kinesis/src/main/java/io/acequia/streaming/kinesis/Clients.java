/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.utils.AttributeMap;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The clients of one receiver, over connections of their own. A call that gets no answer in time or whose connection breaks is not
 * repeated: it ends the receiver, and the runtime connects anew. What the service itself asks to repeat is, twice.
 */
final class Clients implements AutoCloseable {
    private static final int ATTEMPTS = 3;
    private static final int MOST_CONNECTIONS = 500;
    private static final Duration SOONEST_REPEAT = Duration.ofMillis(100);
    private static final Duration LATEST_REPEAT = Duration.ofSeconds(1);

    private final Deque<SdkAutoCloseable> open = new ArrayDeque<>();
    private final EventLoopGroup loops = new NioEventLoopGroup(2, new DefaultThreadFactory("kinesis-net", true));
    private final Failures failures;
    private final Duration requestTimeout;
    private final Region region;
    private final String source;
    final KinesisAsyncClient kinesis;
    final DynamoDbAsyncClient leaseTable;
    final CloudWatchAsyncClient metrics;

    /** How clients are made; tests make others. */
    static class Factory implements Serializable {
        /** More for the connections. */
        AttributeMap connections() {
            return AttributeMap.empty();
        }

        /** More of what stands between the client of Kinesis and its calls. */
        List<ExecutionInterceptor> kinesisInterceptors() {
            return List.of();
        }
    }

    /**
     * A service of AWS.
     *
     * @param endpoint where it is; null where the region says it
     */
    record Service(String name, @Nullable URI endpoint, KinesisCredentials credentials) implements Serializable {
        @Override
        public String toString() {
            return endpoint == null ? name : name + " at " + endpoint;
        }
    }

    Clients(KinesisSource.Settings settings, Failures failures) {
        this.failures = failures;
        this.requestTimeout = settings.requestTimeout();
        this.region = Region.of(settings.region());
        this.source = settings.name();
        try {
            SdkAsyncHttpClient http = http(settings.factory(), this::watchedChannel);
            this.kinesis = keep(configure(
                            KinesisAsyncClient.builder(),
                            settings.kinesis(),
                            http,
                            override(
                                    failures.watch(settings.kinesis().toString(), true),
                                    settings.factory().kinesisInterceptors()))
                    .build());
            this.leaseTable = keep(configure(
                            DynamoDbAsyncClient.builder(),
                            settings.leaseTable(),
                            http,
                            override(failures.watch(settings.leaseTable().toString(), false), List.of()))
                    .build());
            this.metrics = keep(configure(
                            CloudWatchAsyncClient.builder(),
                            settings.metrics(),
                            http(settings.factory(), NioSocketChannel::new),
                            ClientOverrideConfiguration.builder().build())
                    .build());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <C extends SdkAutoCloseable> C keep(C made) {
        open.push(made);
        return made;
    }

    private SdkAsyncHttpClient http(Factory factory, ChannelFactory<NioSocketChannel> channels) {
        return keep(NettyNioAsyncHttpClient.builder()
                .protocol(Protocol.HTTP1_1)
                .eventLoopGroup(SdkEventLoopGroup.create(loops, channels))
                .connectionTimeout(requestTimeout)
                .connectionAcquisitionTimeout(requestTimeout)
                .tlsNegotiationTimeout(requestTimeout)
                .maxConcurrency(MOST_CONNECTIONS)
                .tcpKeepAlive(true)
                .buildWithDefaults(factory.connections()));
    }

    private NioSocketChannel watchedChannel() {
        NioSocketChannel channel = new NioSocketChannel();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                failures.broke(String.valueOf(context.channel().remoteAddress()), cause);
                context.fireExceptionCaught(cause);
            }
        });
        return channel;
    }

    private ClientOverrideConfiguration override(ExecutionInterceptor watch, List<ExecutionInterceptor> more) {
        ClientOverrideConfiguration.Builder override = ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(requestTimeout)
                .retryStrategy(repeats())
                .addExecutionInterceptor(watch);
        more.forEach(override::addExecutionInterceptor);
        return override.build();
    }

    private static StandardRetryStrategy repeats() {
        BackoffStrategy backoff = BackoffStrategy.exponentialDelay(SOONEST_REPEAT, LATEST_REPEAT);
        return DefaultRetryStrategy.standardStrategyBuilder()
                .maxAttempts(ATTEMPTS)
                .retryOnException(Clients::isToBeRepeated)
                .treatAsThrottling(
                        cause -> cause instanceof SdkException each && RetryUtils.isThrottlingException(each))
                .backoffStrategy(backoff)
                .throttlingBackoffStrategy(backoff)
                .circuitBreakerEnabled(true)
                .useClientDefaults(false)
                .build();
    }

    private static boolean isToBeRepeated(Throwable cause) {
        return cause instanceof SdkServiceException refusal
                && (refusal.statusCode() >= 500
                        || RetryUtils.isThrottlingException(refusal)
                        || RetryUtils.isClockSkewException(refusal));
    }

    private <B extends AwsClientBuilder<B, ?> & AwsAsyncClientBuilder<B, ?>> B configure(
            B builder, Service service, SdkAsyncHttpClient http, ClientOverrideConfiguration override) {
        AwsCredentialsProvider login = service.credentials().provider();
        if (login instanceof SdkAutoCloseable closeable) {
            keep(closeable);
        }
        try {
            login.resolveCredentials();
        } catch (SdkClientException e) {
            throw new IllegalStateException(
                    "ACQ-2644 there are no credentials by which " + source + " can log in to " + service + ": "
                            + service.credentials() + " has none (" + e.getMessage() + ")",
                    e);
        }
        URI endpoint = service.endpoint();
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        return builder.region(region)
                .credentialsProvider(login)
                .httpClient(http)
                .overrideConfiguration(override);
    }

    /** Asks for the stream, so that what is wrong is told at once. */
    void check(String stream) throws Exception {
        try {
            kinesis.describeStreamSummary(request -> request.streamName(stream)).get();
        } catch (ExecutionException e) {
            failures.check();
            throw e;
        }
    }

    @Override
    public void close() {
        open.forEach(SdkAutoCloseable::close);
        loops.shutdownGracefully(0, requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
