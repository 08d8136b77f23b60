/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.time.Duration;
import java.util.Set;

@EmbeddedServerTest("stream-server")
class TwitterStatusesKillsTest extends KillConformance<Tweet> {
    @Override
    protected ExternalSystem<Tweet> system() throws Exception {
        return TweetChannel.statuses(Duration.ofSeconds(2));
    }

    @Override
    protected Function<Tweet, String> payload() {
        return Tweet::text;
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(Tweet.class);
    }
}
