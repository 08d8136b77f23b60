/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.function.Function;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Which files of a directory a stream takes, and how many at a time.
 *
 * @param directory an absolute or relative path or a {@code file:} URI; each part may be a glob: {@code /data/*&#47;in}
 * @param filter which file names are taken
 * @param newFilesOnly whether files that lie there at the start are left alone
 * @param nested whether folders are looked into, except those that begin with {@code .} or {@code _}
 * @param maxFiles files of one batch, at most
 * @param maxBytes bytes of one batch, at most, but always one file
 * @param remember how old a file may be when it is first seen, and how long names of taken files are kept
 */
public record FileRules(
        String directory,
        Function<Path, Boolean> filter,
        boolean newFilesOnly,
        boolean nested,
        int maxFiles,
        ByteSize maxBytes,
        Duration remember)
        implements Serializable {
    /** All files but those whose name begins with {@code .} or {@code _}. */
    public static final Function<Path, Boolean> VISIBLE = FileRules::isVisible;

    public FileRules {
        if (directory.isBlank()) {
            throw new IllegalArgumentException("ACQ-0622 directory of a file source is blank: give its path");
        }
        if (maxFiles < 1 || maxBytes.bytes() < 1) {
            throw new IllegalArgumentException("ACQ-0623 file source of " + directory + ": " + maxFiles + " files and "
                    + maxBytes + " a batch: both must be at least 1");
        }
        if (remember.toMillis() < 1) {
            throw new IllegalArgumentException("ACQ-0624 file source of " + directory + ": remember = " + remember
                    + ": must be at least 1 ms; see streaming.file.remember");
        }
    }

    /** New visible files of one directory: 10 000 files and 1 TiB a batch, remembered for a minute. */
    public static FileRules of(String directory) {
        return new FileRules(directory, VISIBLE, true, false, 10_000, new ByteSize(1L << 40), Duration.ofMinutes(1));
    }

    public FileRules filter(Function<Path, Boolean> which) {
        return new FileRules(directory, which, newFilesOnly, nested, maxFiles, maxBytes, remember);
    }

    public FileRules newFilesOnly(boolean only) {
        return new FileRules(directory, filter, only, nested, maxFiles, maxBytes, remember);
    }

    public FileRules nested(boolean also) {
        return new FileRules(directory, filter, newFilesOnly, also, maxFiles, maxBytes, remember);
    }

    public FileRules atMost(int files, ByteSize bytes) {
        return new FileRules(directory, filter, newFilesOnly, nested, files, bytes, remember);
    }

    public FileRules remember(Duration howLong) {
        return new FileRules(directory, filter, newFilesOnly, nested, maxFiles, maxBytes, howLong);
    }

    static boolean isVisible(Path path) {
        String name = String.valueOf(path.getFileName());
        return !name.startsWith(".") && !name.startsWith("_");
    }
}
