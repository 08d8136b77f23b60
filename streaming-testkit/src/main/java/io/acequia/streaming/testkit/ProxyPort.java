/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The port of a fault proxy. While it is shut, a socket that does not listen keeps it: connects are refused, and neither another
 * program nor the client's own end gets the number. Used under the lock of its proxy alone.
 */
final class ProxyPort {
    private final Selector selector;
    private final InetSocketAddress address;
    private ServerSocketChannel listener;
    private @Nullable SocketChannel keeper;

    /** Opens a free port of 127.0.0.1. */
    ProxyPort(Selector selector) throws IOException {
        this.selector = selector;
        this.listener = listen(selector, new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        this.address = (InetSocketAddress) listener.getLocalAddress();
    }

    private static ServerSocketChannel listen(Selector selector, InetSocketAddress at) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.configureBlocking(false);
            listener.bind(at).register(selector, SelectionKey.OP_ACCEPT);
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** The next client that has connected; null when there is none. */
    @Nullable
    SocketChannel accept() throws IOException {
        return listener.isOpen() ? listener.accept() : null;
    }

    /** Stops listening, once the selector has let go of the channel. */
    void shut() throws IOException {
        listener.close();
    }

    /** Keeps the port that was shut. */
    void keep() throws IOException {
        if (!listener.isOpen() && keeper == null) {
            SocketChannel channel = SocketChannel.open();
            keeper = channel;
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address);
        }
    }

    /** Listens again, when it was shut. */
    void open() throws IOException {
        letGo();
        if (!listener.isOpen()) {
            listener = listen(selector, address);
        }
    }

    void close() throws IOException {
        letGo();
        listener.close();
    }

    private void letGo() throws IOException {
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
    }
}
