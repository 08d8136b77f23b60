/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;

@EmbeddedServerTest("stream-server")
class XFilteredStreamOutagesTest extends OutageConformance<Tweet> {
    @Override
    protected BreakableSystem<Tweet> system() throws Exception {
        return TweetChannel.filteredStream(Duration.ofSeconds(2));
    }

    @Override
    protected Optional<BreakableSystem<Tweet>> systemWithDefaults() throws Exception {
        return Optional.of(TweetChannel.filteredStreamWithDefaults());
    }

    @Override
    protected Duration bound() {
        return Duration.ofMillis(2_500);
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(21);
    }
}
