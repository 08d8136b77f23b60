package ${package};

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;

/** Runs the receiver under the real supervisor in hostile modes; its tests carry the numbers of the receiver contract. */
class LineReceiverConformanceTest extends ReliableReceiverConformance<String> {
    private static final int ANY_PORT = 0;

    @Override
    protected ExternalSystem.Reliable<String> system() throws Exception {
        return new LineServer(ANY_PORT);
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all().without(Ability.REDELIVERS_AFTER_NACK, "the server sends again on the next connection");
    }
}
