/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.schedule.StreamingRuntime;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Source;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A streaming program: its sources and streams are defined here, then it is started, and runs a batch at every multiple of
 * the batch interval until it is stopped or fails. Definition is for one thread; the other methods are safe for any.
 *
 * <p>Every method that defines something throws {@link IllegalStateException} once the context has started, naming the state.
 */
public final class StreamingContext implements AutoCloseable {
    private final StreamingRuntime runtime;

    /** A context with a batch context of its own, on the clock of the machine. */
    public StreamingContext(StreamingConf conf, Duration batchInterval) {
        this(conf, batchInterval, StreamClock.system());
    }

    /** A context over a batch context, which {@link #stop(boolean)} may leave running. */
    public StreamingContext(BatchContext batch, Duration batchInterval) {
        this(batch, batchInterval, StreamClock.system());
    }

    /** A context over a batch context, on a clock that someone else owns. */
    public StreamingContext(BatchContext batch, Duration batchInterval, StreamClock clock) {
        this.runtime = StreamingRuntime.create(this, batch, batch.rdds(), false, batchInterval, clock);
    }

    /** A context with a batch context of its own; settings come from outside besides. */
    public StreamingContext(String master, String appName, Duration batchInterval) {
        this(new StreamingConf().setMaster(master).setAppName(appName), batchInterval);
    }

    /**
     * A context with a batch context of its own, on a clock that someone else owns.
     *
     * @throws IllegalArgumentException when the interval is not a whole number of milliseconds above 0
     */
    public StreamingContext(StreamingConf conf, Duration batchInterval, StreamClock clock) {
        StreamingRuntime.mustBeInterval(batchInterval);
        BatchContext batch = new BatchContext(conf);
        this.runtime = StreamingRuntime.create(this, batch, batch.rdds(), true, batchInterval, clock);
    }

    /**
     * Runs {@code factory}, and sets the checkpoint directory: when the context starts, it takes up what earlier runs left
     * there, by the uids of operations, sources and outputs. The factory runs always, so a changed program recovers too.
     *
     * @throws IllegalArgumentException when the factory gives null, or a context that has been started
     */
    public static StreamingContext getOrCreate(String checkpointDir, Function0<StreamingContext> factory) {
        return StreamingRuntime.recovering(checkpointDir, factory);
    }

    /** The context that is active in this JVM. */
    public static Optional<StreamingContext> active() {
        return StreamingRuntime.activeContext();
    }

    /** The batch context: RDDs and shared variables for use beside the streams. */
    public BatchContext batchContext() {
        return runtime.batchContext();
    }

    /** The state of the lifecycle at this moment. */
    public ContextState state() {
        return runtime.state();
    }

    /** How long a batch is. */
    public Duration batchInterval() {
        return runtime.graph().batchInterval();
    }

    /**
     * Sets the checkpoint directory: a path, or a URI of a storage. What earlier runs left there is taken up at the start. The
     * same again has no effect, another one is refused.
     */
    public void checkpoint(String dir) {
        runtime.graph().checkpoint(dir);
    }

    /** Keeps the RDDs of batches at least so long, for {@link DStreamLike#slice}. */
    public void remember(Duration d) {
        runtime.graph().remember(d);
    }

    /** Says which state of a checkpoint an upgraded program gives up. */
    public void allowDroppedState(String... uids) {
        runtime.graph().allowDroppedState(uids);
    }

    /** Whether what an earlier run left was taken up: from {@link #start()} on. */
    public boolean isRecovered() {
        return runtime.isRecovered();
    }

    /** Lines of UTF-8 text from a server; see {@link #socketTextStream(String, int, StorageLevel)}. */
    public InputDStream<String> socketTextStream(String host, int port) {
        return socketTextStream(host, port, StorageLevel.MEMORY_AND_DISK_SER_2);
    }

    /**
     * Lines of UTF-8 text, ended by a line feed, from a server to which this connects. Malformed bytes are replaced and
     * counted; a line longer than {@code streaming.source.max.line} is rejected and counted. A lost connection is made anew
     * with back-off.
     */
    public InputDStream<String> socketTextStream(String host, int port, StorageLevel level) {
        return runtime.sources().socketText(host, port, level);
    }

    /** The same lines as slices of what was received; no String is made. */
    public InputDStream<Utf8> socketUtf8Stream(String host, int port) {
        return runtime.sources().socketUtf8(host, port);
    }

    /** Records from a server, as {@code decoder} reads them from the connection. */
    public <T> InputDStream<T> socketStream(String host, int port, Function<InputStream, Iterator<T>> decoder) {
        return socketStream(host, port, decoder, StorageLevel.MEMORY_AND_DISK_SER_2);
    }

    /** Records from a server, as {@code decoder} reads them from the connection. */
    public <T> InputDStream<T> socketStream(
            String host, int port, Function<InputStream, Iterator<T>> decoder, StorageLevel level) {
        return runtime.sources().socket(host, port, decoder, level);
    }

    /** Blocks of bytes from a server, each after its length in four bytes, high byte first. */
    public InputDStream<byte[]> rawSocketStream(String host, int port) {
        return runtime.sources().rawSocket(host, port);
    }

    /**
     * Lines of the files that appear in a directory, each taken once. Files must be moved in atomically; what is appended
     * later is not read. The directory may contain globs.
     */
    public InputDStream<String> textFileStream(String dir) {
        return runtime.sources().textFiles(dir);
    }

    /** The same lines as UTF-8 bytes; no String is made. */
    public InputDStream<Utf8> textFileUtf8Stream(String dir) {
        return runtime.sources().textFilesUtf8(dir);
    }

    /** Records of fixed length from the files that appear in a directory. */
    public InputDStream<byte[]> binaryRecordsStream(String dir, int recordLength) {
        return runtime.sources().binaryRecords(dir, recordLength);
    }

    /** Records of the files that appear in a directory, as {@code reader} reads them. */
    public <T> InputDStream<T> fileStream(String dir, Function<InputStream, Iterator<T>> reader) {
        return fileStream(dir, path -> !isHidden(path), true, reader);
    }

    /** The same, of the files for which {@code filter} holds; with {@code newFilesOnly} false also those there at start. */
    public <T> InputDStream<T> fileStream(
            String dir,
            Function<Path, Boolean> filter,
            boolean newFilesOnly,
            Function<InputStream, Iterator<T>> reader) {
        return runtime.sources().files(dir, filter, newFilesOnly, reader);
    }

    private static boolean isHidden(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") || name.startsWith("_");
    }

    /** The RDDs of a live queue, one in each batch. Cannot be recovered: refused with a checkpoint directory. */
    public <T> InputDStream<T> queueStream(Queue<RDD<T>> queue) {
        return queueStream(queue, true);
    }

    /** The RDDs of a live queue, one or all that wait in each batch. */
    public <T> InputDStream<T> queueStream(Queue<RDD<T>> queue, boolean oneAtATime) {
        return runtime.sources().queue(queue, oneAtATime, null);
    }

    /** The same; {@code defaultRDD} in batches for which none waits. */
    public <T> InputDStream<T> queueStream(Queue<RDD<T>> queue, boolean oneAtATime, @Nullable RDD<T> defaultRDD) {
        return runtime.sources().queue(queue, oneAtATime, defaultRDD);
    }

    /** Records of any source that is received. */
    public <T> InputDStream<T> receiverStream(Source<T> source) {
        return receiverStream(source, StorageLevel.MEMORY_AND_DISK_SER_2);
    }

    /**
     * The same; the level says where received blocks wait for their batch when memory is full: on disk, or, without one, with
     * the source. In one JVM they are kept as objects and once, whatever the level says of that; a log is the replica.
     */
    public <T> InputDStream<T> receiverStream(Source<T> source, StorageLevel level) {
        return runtime.sources().received(source, level);
    }

    /** Records of any source that is read by range. */
    public <T> InputDStream<T> directStream(DirectSource<T> source) {
        return runtime.sources().direct(source);
    }

    /** The records of several streams; same context, same slide. */
    @SafeVarargs
    public final <S extends DStreamLike<?, S, ?>> S union(S first, S... rest) {
        List<S> all = new ArrayList<>();
        all.add(first);
        for (S next : rest) {
            all.add(next);
        }
        return union(all);
    }

    /** The records of several streams; at least one, same context, same slide. */
    public <S extends DStreamLike<?, S, ?>> S union(List<? extends S> streams) {
        return runtime.union(streams);
    }

    /** A function of the RDDs of several streams; runs on the driver, must not return null. */
    public <U> DStream<U> transform(
            List<? extends DStreamLike<?, ?, ?>> streams, Function2<List<RDD<?>>, Time, RDD<U>> f) {
        return runtime.transform(streams, f);
    }

    /** The same, giving pairs. */
    public <K, V> PairDStream<K, V> transformToPair(
            List<? extends DStreamLike<?, ?, ?>> streams, Function2<List<RDD<?>>, Time, PairRDD<K, V>> f) {
        return runtime.transformToPair(streams, f);
    }

    /** Watches this context; at any time. */
    public void addStreamingListener(StreamingListener listener) {
        runtime.listeners().add(listener);
    }

    /** Watches no longer. */
    public void removeStreamingListener(StreamingListener listener) {
        runtime.listeners().remove(listener);
    }

    /** A snapshot of everything that can be seen from outside. */
    public ContextStatus status() {
        return runtime.status();
    }

    /** The program as text. */
    public String describe() {
        return runtime.graph().describe();
    }

    /**
     * Starts; returns when the first batch is scheduled. One thread that is no daemon keeps the JVM alive until the context
     * has stopped. Again, while running, warns and has no effect.
     *
     * @throws IllegalStateException without an output, after a stop, or while another context is active in this JVM
     */
    public void start() {
        runtime.start();
    }

    /**
     * Blocks until the context has stopped.
     *
     * @throws BatchFailedException when a failure stopped it, the first one
     */
    public void awaitTermination() throws InterruptedException {
        runtime.awaitTermination();
    }

    /** Blocks at most so many milliseconds; whether the context has stopped. */
    public boolean awaitTerminationOrTimeout(long ms) throws InterruptedException {
        return awaitTerminationOrTimeout(Duration.ofMillis(ms));
    }

    /** Blocks at most so long; whether the context has stopped; throws as {@link #awaitTermination()}. */
    public boolean awaitTerminationOrTimeout(Duration d) throws InterruptedException {
        return runtime.awaitTermination(d);
    }

    /** Stops at once, giving up the batch that runs; the batch context too if this context made it. */
    public StopReport stop() {
        return runtime.stop(runtime.ownsBatchContext(), Duration.ZERO);
    }

    /** Stops at once; the batch context too if asked. */
    public StopReport stop(boolean stopBatchContext) {
        return stop(stopBatchContext, false);
    }

    /**
     * Stops; gracefully means that sources stop, and what they brought is processed first, within
     * {@code streaming.stop.timeout}. Refused from within a batch or a listener, which it would wait for.
     */
    public StopReport stop(boolean stopBatchContext, boolean graceful) {
        return runtime.stop(stopBatchContext, graceful ? runtime.stopTimeout() : Duration.ZERO);
    }

    /** Stops gracefully within {@code grace}, then hard; the batch context too. */
    public StopReport stop(Duration grace) {
        return runtime.stop(true, grace);
    }

    /** {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /** The lifecycle: which state may follow which. */
    public enum ContextState {
        /** Streams are being defined. */
        INITIALIZED,
        /** Batches run. */
        ACTIVE,
        /** No more input; what is left is finished or given up. */
        STOPPING,
        /** The end. */
        STOPPED;

        /** Whether {@code next} may follow. */
        public boolean canBecome(ContextState next) {
            return switch (this) {
                case INITIALIZED -> next == ACTIVE || next == STOPPED;
                case ACTIVE -> next == STOPPING;
                case STOPPING -> next == STOPPED;
                case STOPPED -> false;
            };
        }
    }

    /**
     * What a stop left behind.
     *
     * @param complete whether everything planned or received was processed
     * @param took how long the stop took
     * @param batchesLeft planned batches that were given up
     * @param blocksLeft received blocks that no batch took
     * @param recordsLeft their records
     */
    public record StopReport(boolean complete, Duration took, int batchesLeft, long blocksLeft, long recordsLeft) {}
}
