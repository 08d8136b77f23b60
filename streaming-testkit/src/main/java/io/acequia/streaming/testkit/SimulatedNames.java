/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The names of a {@link SimulatedStorage}: those the process sees, and those the disk has. Guarded by the storage. */
final class SimulatedNames {
    private final Map<String, SimulatedFile> seen;
    private final Map<String, SimulatedFile> onDisk;
    private final List<Change> changes = new ArrayList<>();

    SimulatedNames() {
        this(new TreeMap<>());
    }

    private SimulatedNames(Map<String, SimulatedFile> files) {
        this.seen = files;
        this.onDisk = new TreeMap<>(files);
    }

    /** A change of names that is durable when all these folders were forced, and what becomes durable with it. */
    private record Change(Set<String> unforced, Consumer<Map<String, SimulatedFile>> effect, Runnable whenForced) {}

    /** All that the process sees, sorted by name. */
    Map<String, SimulatedFile> seen() {
        return seen;
    }

    @Nullable
    SimulatedFile find(String name) {
        return seen.get(name);
    }

    /** Puts a file there for good. */
    void put(String name, SimulatedFile file) {
        seen.put(name, file);
        onDisk.put(name, file);
    }

    void add(String name, SimulatedFile file) {
        change(Set.of(folderOf(name)), files -> files.put(name, file));
    }

    void move(String from, String to) {
        SimulatedFile file = seen.get(from);
        if (file != null) {
            Set<String> folders = new HashSet<>(List.of(folderOf(from), folderOf(to)));
            change(folders, files -> {
                files.remove(from);
                files.put(to, file);
            });
        }
    }

    /** The copy is on the disk when its folder was forced. */
    void copy(String from, String to) {
        SimulatedFile file = seen.get(from);
        if (file != null) {
            SimulatedFile copy = file.copy();
            change(Set.of(folderOf(to)), files -> files.put(to, copy), copy::force);
        }
    }

    void remove(String name) {
        change(Set.of(folderOf(name)), files -> files.remove(name));
    }

    private void change(Set<String> folders, Consumer<Map<String, SimulatedFile>> effect) {
        change(folders, effect, () -> {});
    }

    private void change(Set<String> folders, Consumer<Map<String, SimulatedFile>> effect, Runnable whenForced) {
        effect.accept(seen);
        changes.add(new Change(new HashSet<>(folders), effect, whenForced));
    }

    void force(String folder) {
        for (Iterator<Change> each = changes.iterator(); each.hasNext(); ) {
            Change change = each.next();
            change.unforced().remove(folder);
            if (change.unforced().isEmpty()) {
                change.effect().accept(onDisk);
                change.whenForced().run();
                each.remove();
            }
        }
    }

    /** What the disk has after the power went: each change that was not forced happened, or did not. */
    SimulatedNames afterPowerLoss(RandomGenerator random) {
        Map<String, SimulatedFile> found = new TreeMap<>(onDisk);
        for (Change change : changes) {
            if (random.nextBoolean()) {
                change.effect().accept(found);
            }
        }
        Map<String, SimulatedFile> left = new TreeMap<>();
        found.forEach((name, file) -> left.put(name, file.afterPowerLoss(random)));
        return new SimulatedNames(left);
    }

    static String folderOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }
}
