/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.benchmarks.faults.SimCrashes.End;
import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Mistakes around whole programs that the simulator must notice: made by its disk, its sources and its sink. */
final class SimMistakes {
    private SimMistakes() {}

    /** The mistakes by name. */
    static Map<String, Mistakes> all() {
        Mistakes none = Mistakes.NONE;
        Map<String, Mistakes> mistakes = new LinkedHashMap<>();
        mistakes.put(
                "folders not forced, whole programs",
                new Mistakes(none.manners(), false, false, SimulatedStorage::ignoreFolderForces, none.cover()));
        mistakes.put(
                "acknowledged before the force, whole programs",
                new Mistakes(Manners.ACKNOWLEDGES_EARLY, false, false, none.flaw(), none.cover()));
        mistakes.put(
                "logs deleted before the manifest is there",
                new Mistakes(none.manners(), false, false, none.flaw(), DeletesEarly::new));
        mistakes.put(
                "output committed twice",
                new Mistakes(none.manners(), false, true, none.flaw(), UnaryOperator.identity()));
        mistakes.put(
                "batch replayed with other content",
                new Mistakes(none.manners(), true, false, none.flaw(), none.cover()));
        return mistakes;
    }

    static boolean isNoticed(Mistakes mistakes, long seed) throws InterruptedException {
        return !new SimCrashes(Flavour.ANY, List.of(End.POWER, End.KILL), mistakes)
                .run(seed)
                .isWhole();
    }

    /** Deletes the logs when a manifest is begun: that is before it is safe. */
    private static final class DeletesEarly extends SharedStorage {
        private final Storage disk;

        DeletesEarly(Storage disk) {
            super(disk);
            this.disk = disk;
        }

        @Override
        public Appender create(String name) throws IOException {
            if (name.contains("/MANIFEST")) {
                for (String folder : disk.folders("received")) {
                    deleteOld(folder);
                }
                deleteOld("journal");
            }
            return super.create(name);
        }

        private void deleteOld(String folder) throws IOException {
            List<Entry> files = disk.list(folder);
            for (Entry file : files.subList(0, Math.max(0, files.size() - 1))) {
                disk.delete(file.name());
            }
            disk.forceFolder(folder);
        }
    }
}
