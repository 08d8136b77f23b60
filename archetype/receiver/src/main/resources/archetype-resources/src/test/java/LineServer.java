package ${package};

import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ExternalSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The system behind the source, as the suite drives it: a server on the loopback address that keeps its lines until they are
 * acknowledged. One client at a time. As a program, {@code LineServer PORT}, it sends a line every 100 ms;
 * port 0 is any that is free.
 */
public final class LineServer implements ExternalSystem.Reliable<String> {
    private final ServerSocket server;
    private final Thread thread = new Thread(this::serve, "line-server");
    private final SortedMap<Long, String> unacknowledged = new TreeMap<>();
    private Socket client = new Socket();
    private boolean cut;
    private long last;

    public LineServer(int port) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        thread.setDaemon(true);
        thread.start();
    }

    public static void main(String[] args) throws IOException {
        LineServer server = new LineServer(Integer.parseInt(args[0]));
        System.out.println("listens on port " + server.server.getLocalPort());
        Executors.newSingleThreadScheduledExecutor()
                .scheduleAtFixedRate(
                        () -> server.publish(List.of("every field gets its share of the river")), 0, 100, TimeUnit.MILLISECONDS);
    }

    @Override
    public Source<String> source() {
        return new LineSource(server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    @Override
    public synchronized void publish(List<String> payloads) {
        for (String payload : payloads) {
            unacknowledged.put(++last, payload);
            send(last, payload);
        }
    }

    /** What cannot be sent now is sent on the next connection. */
    private void send(long number, String line) {
        try {
            if (client.isConnected() && !client.isClosed()) {
                client.getOutputStream().write((number + " " + line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public synchronized long unacknowledged() {
        return unacknowledged.size();
    }

    @Override
    public synchronized void cut() throws IOException {
        cut = true;
        client.close();
    }

    @Override
    public synchronized void heal() {
        cut = false;
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket peer = server.accept()) {
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8));
                takeUp(peer);
                for (String answer = answers.readLine(); answer != null; answer = answers.readLine()) {
                    acknowledge(Long.parseLong(answer.substring("ACK ".length())));
                }
            } catch (IOException e) {
                // The client has gone, or this server closes.
            }
        }
    }

    private synchronized void takeUp(Socket peer) throws IOException {
        client = peer;
        if (cut) {
            peer.close();
        }
        unacknowledged.forEach(this::send);
    }

    private synchronized void acknowledge(long number) {
        unacknowledged.headMap(number + 1).clear();
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
