/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The process is known by its name when it comes again, and has its shard back at once. */
@ContainerTest
class KinesisSourceKillsTest extends KillConformance<String> {
    private static KinesisServers servers;

    @BeforeAll
    static void start() throws Exception {
        servers = new KinesisServers();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    protected ExternalSystem<String> system() throws Exception {
        return new KinesisChannel(servers, source -> source.worker("killed"));
    }

    @Override
    protected Function<String, String> payload() {
        return text -> text;
    }
}
