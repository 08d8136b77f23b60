/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flume.Context;
import org.apache.flume.FlumeException;
import org.apache.flume.conf.Configurable;
import org.apache.flume.conf.ConfigurationException;
import org.apache.flume.instrumentation.SinkCounter;
import org.apache.flume.sink.AbstractSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink that waits to be asked: {@code FlumePollingSource} fetches the events of its channel, and they leave the channel when the
 * source says that they are safe. What it does not say so of within the time-out, or when it is gone, goes back to the channel.
 *
 * <pre>
 * a1.sinks.k1.type = io.acequia.streaming.flume.sink.PollingSink
 * a1.sinks.k1.channel = c1
 * a1.sinks.k1.host = 10.0.0.7
 * a1.sinks.k1.port = 41600
 * </pre>
 *
 * <p>{@code host} and {@code port}, where it listens, are needed. {@code transactions}, 10 by default, is how many transactions of
 * the channel it holds open at a time, each on a thread of its own. {@code transactionTimeout}, 60 seconds by default, is how long
 * one may be open. {@code connectionTimeout}, 30 seconds by default, is how long a client may be silent; sources say something more
 * often. Whoever can connect can take the events away: let it listen where only the source comes.
 */
public final class PollingSink extends AbstractSink implements Configurable {
    private static final Logger LOG = LoggerFactory.getLogger(PollingSink.class);
    private static final int MOST_CONNECTIONS = 100;
    private static final int LOOK_MILLIS = 1_000;
    private static final int MOST_PORT = 65_535;
    private static final int MOST_TRANSACTIONS = 1_000;
    private static final int MOST_SECONDS = 86_400;
    private static final long STOP_SECONDS = 10;

    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private String host = "";
    private int port;
    private int transactions;
    private int transactionTimeout;
    private int connectionTimeout;
    private SinkCounter counter;
    private ServerSocket server;
    private ThreadPoolExecutor takes;
    private Thread acceptor;

    /** For Flume. */
    public PollingSink() {}

    @Override
    public void configure(Context context) {
        List<String> wrong = new ArrayList<>();
        String given = context.getString("host");
        if (given == null || given.trim().isEmpty()) {
            wrong.add("host: must be given, the name or address to listen on");
        }
        host = given == null ? "" : given.trim();
        port = number(context, "port", null, MOST_PORT, wrong);
        transactions = number(context, "transactions", 10, MOST_TRANSACTIONS, wrong);
        transactionTimeout = number(context, "transactionTimeout", 60, MOST_SECONDS, wrong);
        connectionTimeout = number(context, "connectionTimeout", 30, MOST_SECONDS, wrong);
        if (!wrong.isEmpty()) {
            throw new ConfigurationException("ACQ-2634 invalid sink '" + getName() + "' (" + wrong.size()
                    + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
        }
        if (counter == null) {
            counter = new SinkCounter(getName());
        }
    }

    private static int number(Context context, String key, Integer preset, int most, List<String> wrong) {
        String given = context.getString(key);
        if (given == null && preset != null) {
            return preset;
        }
        int value = 0;
        try {
            value = given == null ? 0 : Integer.parseInt(given.trim());
        } catch (NumberFormatException e) {
            // 0 is refused as well
        }
        if (value < 1 || value > most) {
            wrong.add(
                    given == null
                            ? key + ": must be given, from 1 to " + most
                            : key + " = " + given + ": must be from 1 to " + most);
        }
        return value;
    }

    /** Flume starts a sink again, after some seconds, when this throws. */
    @Override
    public synchronized void start() {
        ServerSocket opened;
        try {
            opened = new ServerSocket();
            try {
                opened.bind(new InetSocketAddress(InetAddress.getByName(host), port));
                opened.setSoTimeout(LOOK_MILLIS);
            } catch (IOException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw new FlumeException(
                    "ACQ-2635 sink '" + getName() + "' cannot listen on " + host + ":" + port + ": " + e.getMessage()
                            + ": is another program there, or is the address another machine's?",
                    e);
        }
        server = opened;
        ThreadFactory threads = task -> thread(task, "take");
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                transactions, transactions, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        pool.allowCoreThreadTimeOut(true);
        takes = pool;
        counter().start();
        Thread accepting = thread(() -> accept(opened), "accept");
        accepting.start();
        acceptor = accepting;
        super.start();
        LOG.info("sink {} listens on {}:{}", getName(), host, opened.getLocalPort());
    }

    private Thread thread(Runnable task, String what) {
        Thread thread = new Thread(task, getName() + "-" + what);
        thread.setDaemon(true);
        return thread;
    }

    /** It also looks after connections on which nothing moves. */
    private void accept(ServerSocket from) {
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(connectionTimeoutMillis());
        while (!from.isClosed()) {
            try {
                accept(from.accept());
            } catch (SocketTimeoutException e) {
                LOG.trace("nobody came");
            } catch (IOException e) {
                if (!from.isClosed()) {
                    LOG.warn("sink {}: a client could not connect", getName(), e);
                }
            }
            connections.forEach(each -> each.closeIfStuck(timeoutNanos));
        }
    }

    private void accept(Socket socket) {
        Connection connection = new Connection(this, socket);
        if (connections.size() >= MOST_CONNECTIONS) {
            connection.end(MOST_CONNECTIONS + " are connected, and no more may be");
            return;
        }
        connections.add(connection);
        counter().incrementConnectionCreatedCount();
        thread(connection, "client").start();
        ServerSocket listening = server;
        if (listening == null || listening.isClosed()) {
            connection.close();
        }
    }

    void ended(Connection connection) {
        if (connections.remove(connection)) {
            counter().incrementConnectionClosedCount();
        }
    }

    void execute(Take take) throws IOException {
        ThreadPoolExecutor pool = takes;
        try {
            if (pool != null) {
                pool.execute(take);
            }
        } catch (RejectedExecutionException e) {
            throw new IOException("the sink has stopped", e);
        }
    }

    SinkCounter counter() {
        SinkCounter made = counter;
        if (made == null) {
            throw new IllegalStateException("configure was not called");
        }
        return made;
    }

    long transactionTimeoutMillis() {
        return TimeUnit.SECONDS.toMillis(transactionTimeout);
    }

    long connectionTimeoutMillis() {
        return TimeUnit.SECONDS.toMillis(connectionTimeout);
    }

    /** The port that it listens on; 0 when it does not. */
    int port() {
        ServerSocket listening = server;
        return listening == null ? 0 : listening.getLocalPort();
    }

    /** It is asked by its clients, not by Flume. */
    @Override
    public Status process() {
        return Status.BACKOFF;
    }

    @Override
    public synchronized void stop() {
        try {
            if (server != null) {
                server.close();
            }
        } catch (IOException e) {
            LOG.debug("closing", e);
        }
        new ArrayList<>(connections).forEach(Connection::close);
        if (takes != null) {
            takes.shutdown();
            awaitEnd(takes);
        }
        if (counter != null) {
            counter.stop();
        }
        super.stop();
    }

    /** Of open transactions, and of the thread that holds the port. */
    private void awaitEnd(ThreadPoolExecutor pool) {
        try {
            if (acceptor != null) {
                acceptor.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
            }
            if (!pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("sink {}: {} transactions are open still", getName(), pool.getActiveCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
