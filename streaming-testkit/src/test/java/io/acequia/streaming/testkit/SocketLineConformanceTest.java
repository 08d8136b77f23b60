/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Utf8;

class SocketLineConformanceTest extends UnreliableReceiverConformance<Utf8> {
    @Override
    protected ExternalSystem<Utf8> system() throws Exception {
        return new LineServer();
    }
}
