/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.testkit.RandomGraphs;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Spark engine does what a naive model does, also with little memory. */
class SparkRandomGraphsTest {
    private static final int FIRST = 101;
    private static final int LAST = FIRST - 1 + Integer.getInteger("acequia.spark.random.graphs", 50);

    @TempDir
    Path directory;

    @Test
    void theSparkEngineEqualsTheModel() {
        for (long seed = FIRST; seed <= LAST; seed++) {
            RandomGraphs.Graph graph = RandomGraphs.graph(seed);
            Map<String, String> settings = new TreeMap<>(graph.settings());
            settings.put("streaming.storage.dir", directory.resolve("spill").toString());
            EngineProvider.Settings all =
                    new EngineProvider.Settings("graphs", settings, Set.of(), Map.of(), StreamClock.system());
            try (Engine engine = new SparkEngineProvider().open("spark-local[2]", all)) {
                graph.run(engine, directory);
            }
        }
    }
}
