/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.twitter.HttpExchanges.Answer;
import io.acequia.streaming.twitter.HttpExchanges.Request;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;

/**
 * A server that speaks the old streaming protocol and API v2, as a test tells it: streams stay open, what is sent goes to all of
 * them, and a blank line keeps them alive twice a second. Answers that are scripted come first, one for each request for a stream.
 *
 * <p>Any thread. A stream is known as open before its client has the headers, and until its client has gone. One may be closed while
 * a thread is held up in a write to it: that has a lock of its own, as a socket closes under its own monitor. The lock of a session may
 * be held by who takes the one of the server, never the other way round.
 */
final class StreamServer implements AutoCloseable {
    private static final byte[] HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(UTF_8);
    private static final byte[] BLANK = "\r\n".getBytes(UTF_8);

    /** Never answers. */
    static final Answer NONE = Answer.of(0, "");

    private final ServerSocketFactory sockets;
    private final int port;
    private final ScheduledExecutorService keepAlive = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "stream-server-keep-alive");
        thread.setDaemon(true);
        return thread;
    });
    private final RuleBook rules = new RuleBook();
    // Guarded by this.
    private final List<Session> sessions = new ArrayList<>();
    private final List<Session> streams = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final Deque<Answer> script = new ArrayDeque<>();
    private ServerSocket listener;
    private Thread acceptor;
    private volatile boolean stalled;

    StreamServer() throws IOException {
        this(ServerSocketFactory.getDefault());
    }

    StreamServer(ServerSocketFactory sockets) throws IOException {
        this.sockets = sockets;
        this.listener = listen(0);
        this.port = listener.getLocalPort();
        keepAlive.scheduleWithFixedDelay(this::sendKeepAlive, 500, 500, TimeUnit.MILLISECONDS);
    }

    private ServerSocket listen(int at) throws IOException {
        ServerSocket socket = sockets.createServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        acceptor = start("accept", () -> accept(socket));
        return socket;
    }

    private static Thread start(String what, Runnable task) {
        Thread thread = new Thread(task, "stream-server-" + what);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    RuleBook rules() {
        return rules;
    }

    /** The next requests for a stream are answered so. */
    synchronized void answer(Answer... answers) {
        script.addAll(List.of(answers));
    }

    /** Requests for streams so far. */
    synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    synchronized void awaitRequests(int atLeast) throws InterruptedException {
        while (requests.size() < atLeast) {
            wait();
        }
    }

    synchronized void awaitStreams(int open) throws InterruptedException {
        while (streams.size() != open) {
            wait();
        }
    }

    /** No more blank lines, until told otherwise. */
    void stall(boolean on) {
        stalled = on;
    }

    /** Sends lines to all streams; waits until there is one. */
    void send(String... lines) throws InterruptedException {
        sendRaw(String.join("\r\n", lines) + "\r\n");
    }

    /** The same without the end of the line. */
    void sendRaw(String text) throws InterruptedException {
        byte[] chunk = HttpExchanges.chunk(text.getBytes(UTF_8));
        int reached;
        do {
            reached = 0;
            for (Session stream : someStreams()) {
                reached += write(stream, chunk) ? 1 : 0;
            }
        } while (reached == 0);
    }

    private synchronized List<Session> someStreams() throws InterruptedException {
        while (streams.isEmpty()) {
            wait();
        }
        return List.copyOf(streams);
    }

    private boolean write(Session stream, byte[] bytes) {
        try {
            stream.write(bytes);
            return true;
        } catch (IOException e) {
            forget(stream);
            return false;
        }
    }

    private void sendKeepAlive() {
        List<Session> all;
        synchronized (this) {
            all = stalled ? List.of() : List.copyOf(streams);
        }
        all.forEach(stream -> write(stream, HttpExchanges.chunk(BLANK)));
    }

    /** Ends all streams in order. */
    void finish() throws InterruptedException {
        for (Session stream : someStreams()) {
            write(stream, "0\r\n\r\n".getBytes(UTF_8));
        }
    }

    /** Closes all connections in the middle of a response. */
    void breakOff() {
        List<Session> all;
        synchronized (this) {
            all = List.copyOf(sessions);
        }
        all.forEach(this::forget);
    }

    /** Dies: nothing listens, and all connections are reset. An accept that is under way may still take one. */
    void kill() throws IOException, InterruptedException {
        Thread accepting;
        synchronized (this) {
            listener.close();
            accepting = acceptor;
        }
        accepting.join();
        synchronized (this) {
            for (Session session : sessions) {
                if (!session.socket.isClosed()) {
                    session.socket.setSoLinger(true, 0);
                }
            }
        }
        breakOff();
    }

    synchronized void restart() throws IOException {
        listener = listen(port);
    }

    @Override
    public void close() throws IOException {
        keepAlive.shutdownNow();
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Session session = new Session(from.accept());
                synchronized (this) {
                    sessions.add(session);
                }
                start("session", () -> serve(session));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    private void forget(Session session) {
        synchronized (this) {
            sessions.remove(session);
            streams.remove(session);
            notifyAll();
        }
        try {
            session.socket.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }

    private void serve(Session session) {
        try {
            session.socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(session.socket.getInputStream());
            while (true) {
                Request request = HttpExchanges.read(in);
                if (!answer(session, request)) {
                    in.read(); // the client says nothing more, but goes
                    return;
                }
            }
        } catch (IOException e) {
            // the client has gone
        } finally {
            forget(session);
        }
    }

    /** Whether the connection may be asked again. */
    private boolean answer(Session session, Request request) throws IOException {
        if (request.path().endsWith("/rules")) {
            write(
                    session,
                    Logins.knows(request)
                            ? rules.answer(request).bytes()
                            : unknown().bytes());
            return true;
        }
        Answer answer;
        synchronized (this) {
            requests.add(request);
            notifyAll();
            answer = script.isEmpty() && !Logins.knows(request) ? unknown() : script.poll();
        }
        if (answer != null) {
            if (answer != NONE) {
                write(session, answer.bytes());
            }
            return answer != NONE;
        }
        synchronized (session.writing) {
            synchronized (this) {
                streams.add(session);
                notifyAll();
            }
            session.write(HEAD);
        }
        return false;
    }

    private static Answer unknown() {
        return Answer.of(
                401,
                "{\"title\":\"Unauthorized\",\"type\":\"about:blank\",\"status\":401,\"detail\":\"Unauthorized\"}");
    }

    /** A connection of a client. */
    private static final class Session {
        private final Socket socket;
        private final Object writing = new Object();

        Session(Socket socket) {
            this.socket = socket;
        }

        void write(byte[] bytes) throws IOException {
            synchronized (writing) {
                socket.getOutputStream().write(bytes);
            }
        }
    }
}
