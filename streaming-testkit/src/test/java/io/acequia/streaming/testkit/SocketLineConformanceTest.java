/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

class SocketLineConformanceTest extends UnreliableReceiverConformance<String> {
    @Override
    protected ExternalSystem<String> system() throws Exception {
        return new LineServer();
    }
}
