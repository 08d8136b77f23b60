/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;

/**
 * Where an agent sends events to, before anybody listens there.
 *
 * @param port where the source is to listen
 * @param proxy before it
 */
record PushWay(int port, FaultProxy proxy) {
    static PushWay free() throws IOException {
        int port = Agent.freePort();
        return new PushWay(port, FaultProxy.to("127.0.0.1", port));
    }

    FlumeSource.Builder source() {
        return FlumeSource.builder("127.0.0.1", port);
    }
}
