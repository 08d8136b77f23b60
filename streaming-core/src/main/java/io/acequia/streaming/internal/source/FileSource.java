/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.util.regex.Pattern;

/**
 * Files that appear in a directory, each taken once, as a whole, by one batch. A file should be moved into the directory
 * when it is complete: what is appended afterwards is not read.
 *
 * @param <T> type of the records
 */
public final class FileSource<T> implements DirectSource<T> {
    private static final Pattern SCHEME = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.-]+):/.*");
    private static final Pattern FILE_URI = Pattern.compile("^file:/+");

    private final FileRules rules;
    private final FileFormat<T> format;
    private final Place place;

    /** Files of the machine. */
    public FileSource(FileRules rules, FileFormat<T> format) {
        this(rules, format, FileSystems.getDefault());
    }

    /** Files of another file system of this JVM. */
    public FileSource(FileRules rules, FileFormat<T> format, FileSystem system) {
        var scheme = SCHEME.matcher(rules.directory());
        if (scheme.matches() && !scheme.group(1).equalsIgnoreCase("file")) {
            throw new IllegalArgumentException("ACQ-0625 " + rules.directory() + " is not a local directory: "
                    + scheme.group(1) + " paths need streaming-hadoop, which is not built yet; give a local one");
        }
        this.rules = rules;
        this.format = format;
        this.place = Place.of(system);
    }

    @Override
    public String name() {
        return "files://" + directory();
    }

    @Override
    public SplitPlanner<T> newPlanner(PlannerContext context) {
        FileListing listing = new FileListing(place, directory(), rules.filter(), rules.nested());
        return new FilePlanner<>(rules, listing, place, format, context);
    }

    private String directory() {
        return FILE_URI.matcher(rules.directory()).replaceFirst("/");
    }
}
