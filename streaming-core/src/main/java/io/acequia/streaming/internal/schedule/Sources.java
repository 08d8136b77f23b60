/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.InputDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.QueueOfRdds;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.operator.Closures;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.source.Endpoint;
import io.acequia.streaming.internal.source.FileFormat;
import io.acequia.streaming.internal.source.FileRules;
import io.acequia.streaming.internal.source.FileSource;
import io.acequia.streaming.internal.source.RawSocketSource;
import io.acequia.streaming.internal.source.SocketDecoderSource;
import io.acequia.streaming.internal.source.SocketLineSource;
import io.acequia.streaming.receiver.Source;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Makes the input streams of a context. */
public final class Sources {
    private final StreamGraph graph;

    Sources(StreamGraph graph) {
        this.graph = graph;
    }

    private int maxLine() {
        return (int) Math.min(
                Integer.MAX_VALUE - 64,
                graph.conf().get(StreamingConf.SOURCE_MAX_LINE).bytes());
    }

    public InputDStream<String> socketText(String host, int port, StorageLevel level) {
        return graph.<String>input(
                        "socketTextStream",
                        InputNode.Received.asText(new SocketLineSource(Endpoint.of(host, port), maxLine())))
                .storage(level);
    }

    public InputDStream<Utf8> socketUtf8(String host, int port) {
        return graph.input(
                "socketUtf8Stream", new InputNode.Received(new SocketLineSource(Endpoint.of(host, port), maxLine())));
    }

    public <T> InputDStream<T> socket(
            String host, int port, Function<InputStream, Iterator<T>> decoder, StorageLevel level) {
        Closures.check(decoder, Site.of("socketStream"));
        return graph.<T>input(
                        "socketStream",
                        new InputNode.Received(new SocketDecoderSource<>(Endpoint.of(host, port), decoder)))
                .storage(level);
    }

    public InputDStream<byte[]> rawSocket(String host, int port) {
        ByteSize most = graph.conf().get(StreamingConf.SOURCE_MAX_FRAME);
        return graph.input(
                "rawSocketStream", new InputNode.Received(new RawSocketSource(Endpoint.of(host, port), most)));
    }

    public InputDStream<String> textFiles(String dir) {
        return files("textFileStream", rules(dir), FileFormat.lines(maxLine()));
    }

    public InputDStream<Utf8> textFilesUtf8(String dir) {
        return files("textFileUtf8Stream", rules(dir), FileFormat.utf8Lines(maxLine()));
    }

    public InputDStream<byte[]> binaryRecords(String dir, int recordLength) {
        return files("binaryRecordsStream", rules(dir), FileFormat.records(recordLength));
    }

    public <T> InputDStream<T> files(
            String dir,
            Function<Path, Boolean> filter,
            boolean newFilesOnly,
            Function<InputStream, Iterator<T>> reader) {
        Closures.check(filter, Site.of("fileStream"));
        Closures.check(reader, Site.of("fileStream"));
        return files("fileStream", rules(dir).filter(filter).newFilesOnly(newFilesOnly), FileFormat.decoded(reader));
    }

    private <T> InputDStream<T> files(String operation, FileRules rules, FileFormat<T> format) {
        return graph.input(operation, new InputNode.Direct(new FileSource<>(rules, format)));
    }

    private FileRules rules(String dir) {
        StreamingConf conf = graph.conf();
        return FileRules.of(dir)
                .nested(conf.get(StreamingConf.FILE_NESTED))
                .atMost(conf.get(StreamingConf.FILE_MAX_FILES), conf.get(StreamingConf.FILE_MAX_BYTES))
                .remember(conf.get(StreamingConf.FILE_REMEMBER));
    }

    public <T> InputDStream<T> queue(Queue<RDD<T>> queue, boolean oneAtATime, @Nullable RDD<T> otherwise) {
        Objects.requireNonNull(queue, "queue");
        return graph.input("queueStream", new InputNode.Queued(new QueueOfRdds(untyped(queue), oneAtATime, otherwise)));
    }

    @SuppressWarnings("unchecked") // only taken from
    private static Queue<RDD<?>> untyped(Queue<?> queue) {
        return (Queue<RDD<?>>) queue;
    }

    public <T> InputDStream<T> received(Source<T> source, StorageLevel level) {
        Closures.check(source, Site.of("receiverStream"));
        return graph.<T>input("receiverStream", new InputNode.Received(source)).storage(level);
    }

    public <T> InputDStream<T> direct(DirectSource<T> source) {
        Closures.check(source, Site.of("directStream"));
        return graph.input("directStream", new InputNode.Direct(source));
    }
}
