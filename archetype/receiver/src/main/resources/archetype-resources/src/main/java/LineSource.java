package ${package};

import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;

/**
 * Lines from a server that numbers them, {@code NUMBER TEXT}, and sends them again on the next connection until it hears
 * {@code ACK NUMBER}, which stands for all lines up to that one. It travels to where the receiver runs.
 */
public record LineSource(String host, int port) implements Source<String> {
    @Override
    public String name() {
        return "lines://" + host + ":" + port;
    }

    @Override
    public ReliableReceiver<String> newReceiver() {
        return new LineReceiver(this);
    }
}
