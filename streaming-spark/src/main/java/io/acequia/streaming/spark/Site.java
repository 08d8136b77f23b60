/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TypedCodec;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.internal.store.AsideFiles;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.Storages;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * What every RDD of an engine carries into its tasks: where counts go, and what the machine there needs to know of the context. The
 * files and storages of a machine are shared by all tasks of the engine in that JVM.
 */
final class Site implements Serializable {
    private static final long serialVersionUID = 1;

    private static final Map<String, Place> PLACES = new ConcurrentHashMap<>();

    /** What the machine of a task needs to know of the context. */
    record Context(Map<String, String> values, Set<Class<?>> registered, Map<String, TypedCodec<?>> codecs)
            implements Serializable {
        RecordSerializer serializer() {
            return RecordSerializer.of(
                    new EngineProvider.Settings("task", values, registered, codecs, StreamClock.system()));
        }
    }

    private final String engine;
    private final Told told;
    private final Broadcast<Context> settings;
    private final long operatorMemory;

    Site(String engine, Told told, Broadcast<Context> settings, long operatorMemory) {
        this.engine = engine;
        this.told = told;
        this.settings = settings;
        this.operatorMemory = operatorMemory;
    }

    /** What a task is to the operators of this engine. */
    SparkTask task(TaskContext spark) {
        return new SparkTask(spark, this);
    }

    Told told() {
        return told;
    }

    long operatorMemory() {
        return operatorMemory;
    }

    /** What is shared in this JVM. */
    Place place() {
        return PLACES.computeIfAbsent(engine, name -> new Place(settings.value()));
    }

    /** The engine is closed: lets go of what it has in this JVM. */
    void leave() {
        Place place = PLACES.remove(engine);
        if (place != null) {
            place.close();
        }
    }

    /** Files and storages of one JVM. */
    static final class Place {
        private final AsideFiles aside;
        private final Map<String, Storage> storages = new ConcurrentHashMap<>();

        private Place(Context context) {
            String directory = context.values.getOrDefault("streaming.storage.dir", "");
            Path parent = Path.of(directory.isBlank() ? System.getProperty("java.io.tmpdir") : directory.trim());
            this.aside = new AsideFiles(parent, context.serializer());
        }

        AsideFiles aside() {
            return aside;
        }

        Storage storage(String uri) {
            return storages.computeIfAbsent(uri, u -> {
                try {
                    return Storages.open(u);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        private void close() {
            aside.close();
            storages.values().forEach(Storage::close);
        }
    }
}
