/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Brings the letters of receivers from executors to the driver, on Spark's own connections. Spark loads it by its name from
 * {@code spark.plugins}, which the engine sets for a context that it makes; a context that a program makes itself must name it.
 */
public final class ReceiverPlugin implements SparkPlugin {
    private static volatile @Nullable PluginContext toDriver;

    /** For Spark. */
    public ReceiverPlugin() {}

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext spark, PluginContext context) {
                return Map.of();
            }

            @Override
            public @Nullable Object receive(Object message) {
                try {
                    return message instanceof byte[] letter ? Launches.answer(letter) : null;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extra) {
                toDriver = context;
            }
        };
    }

    /** Spark was started without it. */
    static IllegalStateException missing() {
        return new IllegalStateException(
                "ACQ-2688 receivers cannot reach the driver: Spark was started without the plugin;" + " add "
                        + ReceiverPlugin.class.getName() + " to spark.plugins");
    }

    /** Asks the driver, from an executor. */
    static byte[] ask(byte[] letter) throws Exception {
        PluginContext context = toDriver;
        if (context == null) {
            throw missing();
        }
        return (byte[]) context.ask(letter);
    }
}
