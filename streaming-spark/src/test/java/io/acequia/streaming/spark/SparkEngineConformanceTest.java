/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.testkit.ExecutionEngineConformance;
import java.util.Map;

class SparkEngineConformanceTest extends ExecutionEngineConformance {
    @Override
    protected Engine engine(Map<String, String> settings) {
        return open("spark-local[2]", settings);
    }
}
