/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.avro.ipc.netty.NettyServer;
import org.apache.avro.ipc.specific.SpecificResponder;
import org.apache.flume.source.avro.AvroSourceProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Avro's server with threads of our own, since its own ones would outlive it, and take 4 s to end. */
final class AgentServer {
    private static final Logger LOG = LoggerFactory.getLogger(AgentServer.class);
    private static final int IO_THREADS = 2;

    private final FlumeSource.Settings settings;
    private final Runnable whenHeard;
    private final NioEventLoopGroup boss = new NioEventLoopGroup(1, new DefaultThreadFactory("flume-accept", true));
    private final NioEventLoopGroup io = new NioEventLoopGroup(IO_THREADS, new DefaultThreadFactory("flume-io", true));
    private final Callers callers;
    private @Nullable SSLContext tls;
    private volatile boolean closed;

    /**
     * A server that does not listen yet; it must be closed in any case.
     *
     * @param whenHeard called when something has come from an agent
     */
    AgentServer(FlumeSource.Settings settings, Runnable whenHeard) {
        this.settings = settings;
        this.whenHeard = whenHeard;
        this.callers = new Callers(settings.threads());
    }

    void start(AvroSourceProtocol protocol) {
        String keyStore = settings.keyStore();
        if (keyStore != null) {
            tls = tls(keyStore, settings.keyStorePassword().expose().toCharArray());
        }
        try {
            new NettyServer(
                            new SpecificResponder(AvroSourceProtocol.class, protocol),
                            new InetSocketAddress(settings.host(), settings.port()),
                            this::begin,
                            null,
                            boss,
                            io,
                            callers)
                    .start();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "ACQ-2621 source '" + settings.name() + "' cannot listen on " + settings.host() + ":"
                            + settings.port() + ": " + e
                            + ": is another program there, or is the address another machine's?",
                    e);
        }
    }

    private SSLContext tls(String keyStore, char[] password) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStore.getInstance(new File(keyStore), password), password);
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(keys.getKeyManagers(), null, null);
            return made;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "ACQ-2622 the key store " + keyStore + " of source '" + settings.name() + "' cannot be used: " + e
                            + ": it must be there, PKCS12 or JKS, with one password for the store and its key",
                    e);
        }
    }

    /**
     * A connection: what comes from it passes these in turn, before it comes to Avro. The sinks of Flume 1.11 compress what they have
     * encrypted.
     */
    private void begin(SocketChannel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (settings.compression()) {
            pipeline.addLast(ZlibCodecFactory.newZlibEncoder(ZlibWrapper.ZLIB));
            pipeline.addLast(ZlibCodecFactory.newZlibDecoder(ZlibWrapper.ZLIB, 0));
        }
        SSLContext context = tls;
        if (context != null) {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            pipeline.addLast(new SslHandler(engine));
        }
        pipeline.addLast(new Agent());
    }

    /** Also after a start that failed. Agents that wait must have been let go; their answers are sent before it ends. */
    void close() {
        closed = true;
        boss.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        callers.end();
        for (EventExecutor each : io) {
            each.submit(() -> {}).awaitUninterruptibly();
        }
        io.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One connection. */
    private final class Agent extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            whenHeard.run();
            context.fireChannelRead(bytes);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!closed) {
                LOG.warn(
                        "ACQ-2625 source '{}' disconnects {}: {}. Should TLS and compression of its sink be set as"
                                + " here?",
                        settings.name(),
                        context.channel().remoteAddress(),
                        cause.toString());
            }
            context.close();
        }
    }
}
