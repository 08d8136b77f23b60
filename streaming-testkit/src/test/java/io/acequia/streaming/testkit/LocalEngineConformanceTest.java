/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.engine.Engine;
import java.util.Map;
import org.junit.jupiter.api.Nested;

class LocalEngineConformanceTest extends ExecutionEngineConformance {
    @Override
    protected Engine engine(Map<String, String> settings) {
        return open("local[2]", settings);
    }

    @Nested
    class WithFunctionsCopied extends ExecutionEngineConformance {
        @Override
        protected Engine engine(Map<String, String> settings) {
            return open("local[2]", copyingFunctions(settings));
        }
    }
}
