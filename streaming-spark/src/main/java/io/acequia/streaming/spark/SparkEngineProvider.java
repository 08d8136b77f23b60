/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;

/**
 * Serves {@code spark://host:port}, {@code yarn} and {@code k8s://…}, and {@code spark-local[n]}: Spark in this JVM, to try out
 * what a cluster does.
 */
public final class SparkEngineProvider implements EngineProvider {
    private static final Pattern LOCAL = Pattern.compile("spark-(local\\[(?:\\*|[1-9][0-9]{0,3})])");

    /** For the service loader. */
    public SparkEngineProvider() {}

    @Override
    public boolean accepts(String master) {
        return master.startsWith("spark://")
                || master.equals("yarn")
                || master.startsWith("k8s://")
                || master.startsWith("spark-local");
    }

    /**
     * Opens an engine on a Spark context: on the one of this JVM when there is one, else on a new one with the settings
     * {@code spark.*} of the context and of the system properties. Blocks until Spark has started.
     *
     * @throws IllegalArgumentException when the number of workers is not one
     * @throws IllegalStateException when a context with another master runs in this JVM
     */
    @Override
    public Engine open(String master, Settings settings) {
        SparkContext context = SparkContexts.open(sparkMaster(master), settings);
        try {
            return new SparkEngine(context, settings);
        } catch (RuntimeException | Error e) {
            SparkContexts.release(context);
            throw e;
        }
    }

    private static String sparkMaster(String master) {
        if (!master.startsWith("spark-local")) {
            return master;
        }
        Matcher form = LOCAL.matcher(master);
        if (!form.matches()) {
            throw new IllegalArgumentException("ACQ-2680 master '" + master
                    + "': must be spark-local[n] with n from 1 to 9999, or spark-local[*] for all processors");
        }
        return form.group(1);
    }
}
