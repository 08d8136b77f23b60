/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.engine.Engine;
import java.util.Map;
import org.junit.jupiter.api.Nested;

class LocalStateConformanceTest extends StateConformance {
    @Override
    protected Engine engine(Map<String, String> settings) {
        return open("local[2]", settings);
    }

    @Nested
    class WithFunctionsCopied extends StateConformance {
        @Override
        protected Engine engine(Map<String, String> settings) {
            return open("local[2]", copyingFunctions(settings));
        }
    }

    @Nested
    class WithLittleMemory extends StateConformance {
        @Override
        protected Engine engine(Map<String, String> settings) {
            return open("local[2]", littleMemory(settings));
        }
    }
}
