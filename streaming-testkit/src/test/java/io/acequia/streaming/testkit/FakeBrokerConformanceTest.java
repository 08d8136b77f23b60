/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import org.junit.jupiter.api.Nested;

class FakeBrokerConformanceTest extends ReliableReceiverConformance<String> {
    @Override
    protected FakeBroker system() {
        return FakeBroker.withPositions();
    }

    @Override
    protected int restarts() {
        return 1_000;
    }

    @Nested
    class WithoutPositions extends ReliableReceiverConformance<String> {
        @Override
        protected FakeBroker system() {
            return FakeBroker.withoutPositions();
        }

        @Override
        protected Abilities abilities() {
            return Abilities.all().without(Ability.REPLAYS_FROM_OFFSET, "this broker does not tell its numbers");
        }
    }
}
