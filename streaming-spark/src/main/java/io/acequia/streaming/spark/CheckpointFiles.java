/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.Roots;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.Iterator;
import java.util.Locale;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;

/**
 * The files of a checkpointed RDD, one a partition, in a folder of their own on a file system of Hadoop that all machines share. A file
 * has its name only when it is whole; then it is read, and the RDD is not computed there again.
 */
final class CheckpointFiles<T> implements Serializable {
    private static final long serialVersionUID = 1;

    private final URI directory;
    private final String folder;

    /** Makes the directory, on the driver. */
    CheckpointFiles(URI directory) {
        this.directory = directory;
        this.folder = "rdd-" + UUID.randomUUID();
        try {
            Path path = new Path(new Path(directory), folder);
            if (!path.getFileSystem(configuration()).mkdirs(path)) {
                throw new IOException("it cannot be made");
            }
        } catch (IllegalArgumentException | IOException e) {
            throw new IllegalArgumentException(
                    "ACQ-2684 cannot checkpoint into '" + directory
                            + "': must be a directory that can be written by all"
                            + " machines, such as hdfs://names/app/checkpoint: " + e,
                    e);
        }
    }

    private static Configuration configuration() {
        return SparkHadoopUtil.get().conf();
    }

    /** Whether the files go there; a directory has two spellings. */
    boolean isIn(URI other) {
        return new Path(other).equals(new Path(directory));
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private Path part(int number) {
        return new Path(new Path(new Path(directory), folder), String.format(Locale.ROOT, "part-%05d", number));
    }

    /** Whether all of so many partitions are there. */
    boolean areWhole(int count) {
        try {
            FileSystem files = part(0).getFileSystem(configuration());
            for (int number = 0; number < count; number++) {
                if (!files.exists(part(number))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The records of a partition that is there. */
    Iterator<T> read(int number) throws IOException {
        Path part = part(number);
        return open(part.getFileSystem(configuration()), part);
    }

    /** The records of a partition from its file, which is written before when it is not there. */
    Iterator<T> through(int number, SparkTask task, StepRdd<T> rdd, Partition partition) throws Exception {
        Path part = part(number);
        FileSystem files = part.getFileSystem(configuration());
        if (!files.exists(part)) {
            Path unfinished = new Path(
                    part.getParent(), "." + part.getName() + "-" + task.spark().taskAttemptId() + ".tmp");
            try {
                write(files, unfinished, rdd.open(partition, task));
                if (!files.rename(unfinished, part) && !files.exists(part)) {
                    throw new IOException(part + " cannot get its name");
                }
            } finally {
                files.delete(unfinished, false);
            }
        }
        return open(files, part);
    }

    private void write(FileSystem files, Path path, Iterator<T> records) throws IOException {
        try (SerializationStream out =
                SparkEnv.get().serializer().newInstance().serializeStream(files.create(path, true))) {
            while (records.hasNext()) {
                out.writeObject(records.next(), Scala.tag());
            }
        } finally {
            Roots.close(records);
        }
    }

    private Iterator<T> open(FileSystem files, Path part) throws IOException {
        return new Reading<>(SparkEnv.get().serializer().newInstance().deserializeStream(files.open(part)));
    }

    private static final class Reading<T> implements Iterator<T>, AutoCloseable {
        private final DeserializationStream in;
        private final Iterator<T> records;

        @SuppressWarnings("unchecked") // as they were written
        Reading(DeserializationStream in) {
            this.in = in;
            this.records = (Iterator<T>) (Iterator<?>) Scala.java(in.asIterator());
        }

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        public T next() {
            return records.next();
        }

        @Override
        public void close() {
            in.close();
        }
    }
}
