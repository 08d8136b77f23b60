/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.testkit.StateConformance;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SparkStateConformanceTest extends StateConformance {
    private static final String UNROLL = "spark.storage.unrollMemoryThreshold";

    /** As Spark takes its settings: little memory is noticed early. */
    @BeforeAll
    static void unrollLittle() {
        System.setProperty(UNROLL, "1024");
    }

    @AfterAll
    static void unrollAsEver() {
        System.clearProperty(UNROLL);
    }

    @Override
    protected Engine engine(Map<String, String> settings) {
        return open("spark-local[2]", settings);
    }

    /** State is in the memory that Spark has for everything. */
    @Override
    protected Map<String, String> spillingState(Map<String, String> settings) {
        Map<String, String> little = new HashMap<>(settings);
        little.put("streaming.storage.memory", "64k");
        return little;
    }

    /** Shuffles have files there too. */
    @Override
    protected boolean hasState(Path file) {
        return String.valueOf(file.getFileName()).startsWith("rdd_");
    }
}
