/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;

/** Local engines with two workers, found as an application finds them. */
final class LocalEngines {
    private static final String MASTER = "local[2]";

    private LocalEngines() {}

    static Engine open(Map<String, String> settings) {
        return ServiceLoader.load(EngineProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.accepts(MASTER))
                .findFirst()
                .orElseThrow()
                .open(MASTER, new EngineProvider.Settings("test kit", settings, Set.of(), StreamClock.system()));
    }
}
