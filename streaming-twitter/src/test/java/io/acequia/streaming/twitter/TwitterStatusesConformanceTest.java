/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.UnreliableReceiverConformance;
import java.time.Duration;
import java.util.Set;

@EmbeddedServerTest("stream-server")
class TwitterStatusesConformanceTest extends UnreliableReceiverConformance<Tweet> {
    @Override
    protected ExternalSystem<Tweet> system() throws Exception {
        return TweetChannel.statuses(Duration.ofSeconds(2));
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all()
                .without(Ability.REDELIVERS_AFTER_NACK, "the server is not told what is safe")
                .without(Ability.REPLAYS_FROM_OFFSET, "ids of posts are no places in the stream");
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(Tweet.class);
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
