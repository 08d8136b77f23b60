/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** {@code saveAsTextFile}, with a directory for each key, keeps the promises of a sink: a repetition replaces its like. */
class TextFilesConformanceTest extends BatchSinkConformance<String> {
    @TempDir
    Path temporary;

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("."));
        }
    }

    @Override
    protected BatchSink<String> sink() {
        return new TextFiles(temporary.toString());
    }

    @Override
    protected String record(String payload) {
        return payload;
    }

    @Override
    protected List<String> committed() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path directory : visible(temporary)) {
            for (Path file : visible(directory)) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static List<Path> visible(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /** Writes all rows when they are committed, as an output does. */
    private record TextFiles(String folder) implements BatchSink<String> {
        @Override
        public boolean alreadyCommitted(Output.Key key) {
            return false;
        }

        @Override
        public Writer<String> open(Output.Key key) {
            String name = URLEncoder.encode(key.output(), StandardCharsets.UTF_8);
            Path target = Path.of(folder, name + "-" + key.time().milliseconds() + "-" + key.partition());
            List<String> rows = new ArrayList<>();
            return new Writer<>() {
                @Override
                public void write(String row) {
                    rows.add(row);
                }

                @Override
                public void commit() {
                    try (BatchContext batch = new BatchContext(TestStreams.defaults())) {
                        batch.parallelize(rows, 3).saveAsTextFile(target.toString());
                    }
                }

                @Override
                public void abort() {}

                @Override
                public void close() {}
            };
        }
    }
}
