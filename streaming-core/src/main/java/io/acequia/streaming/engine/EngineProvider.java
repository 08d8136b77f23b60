/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TypedCodec;
import java.util.Map;
import java.util.Set;

/** Finds an engine by master URL; looked up with {@link java.util.ServiceLoader}. */
public interface EngineProvider {
    /** Whether this provider serves the URL. */
    boolean accepts(String master);

    /** Opens an engine. */
    Engine open(String master, Settings settings);

    /**
     * What an engine is given.
     *
     * @param appName name of the application
     * @param values the settings of the context, every key with its value
     * @param registered classes that may be serialized to disk
     * @param codecs codecs of the program by their ids
     * @param clock the clock
     */
    record Settings(
            String appName,
            Map<String, String> values,
            Set<Class<?>> registered,
            Map<String, TypedCodec<?>> codecs,
            StreamClock clock) {
        public Settings {
            values = Map.copyOf(values);
            codecs = Map.copyOf(codecs);
            registered = Set.copyOf(registered);
        }
    }
}
