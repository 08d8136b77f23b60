/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What is set outside of the program: the master by {@code spark-submit}, in a file, in the environment, by system properties; the later
 * goes before the earlier.
 */
final class OutsideSettings {
    /** Where {@code spark-submit} leaves what its {@code --master} says, its configuration or its environment. */
    private static final String SUBMITTED_MASTER = "spark.master";

    private OutsideSettings() {}

    /** A setting and where it was found. */
    record Setting(String value, String place) {}

    static Map<String, Setting> load() {
        Map<String, Setting> found = new TreeMap<>();
        String master = System.getProperty(SUBMITTED_MASTER);
        if (master != null) {
            found.put(StreamingConf.MASTER.name(), new Setting(master, "spark-submit"));
        }
        String file = System.getProperty("streaming.conf", System.getenv("STREAMING_CONF"));
        if (file != null) {
            readFile(Path.of(file)).forEach((k, v) -> found.put(k, new Setting(v, "file " + file)));
        }
        for (StreamingConf.Key<?> key : StreamingConf.keys()) {
            String variable = key.name().toUpperCase(Locale.ROOT).replace('.', '_');
            String value = System.getenv(variable);
            if (value != null) {
                found.put(key.name(), new Setting(value, "environment"));
            }
        }
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("streaming.") && !name.equals("streaming.conf")) {
                found.put(StreamingConf.keyOf(name).name(), new Setting(System.getProperty(name), "system property"));
            }
        }
        found.forEach((name, setting) -> SettingValues.parse(StreamingConf.keyOf(name), setting.value()));
        return found;
    }

    private static Map<String, String> readFile(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("ACQ-0402 cannot read the settings file " + file + ": " + e, e);
        }
        Map<String, String> values = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            values.put(StreamingConf.keyOf(name).name(), properties.getProperty(name));
        }
        return values;
    }
}
