/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

class PushedBrokerConformanceTest extends ReliableReceiverConformance<String> {
    @Override
    protected ExternalSystem.Reliable<String> system() {
        return new PushedBroker();
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all().without(Ability.REPLAYS_FROM_OFFSET, "what is pushed has no position");
    }
}
