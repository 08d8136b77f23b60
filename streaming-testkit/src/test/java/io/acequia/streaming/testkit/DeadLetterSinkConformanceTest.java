/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterSinkConformanceTest extends BatchSinkConformance<DeadLetter> {
    private static final Pattern TEXT = Pattern.compile("\"text\":\"([^\"]*)\"");

    @TempDir
    Path temporary;

    @Override
    protected BatchSink<DeadLetter> sink() {
        return DeadLetterSink.toFiles(temporary.resolve("letters").toString());
    }

    @Override
    protected DeadLetter record(String payload) {
        byte[] raw = payload.getBytes(StandardCharsets.UTF_8);
        return new DeadLetter("parse", "partition 0", new Time(1_000), raw, payload, "bad");
    }

    @Override
    protected List<String> committed() throws IOException {
        Path folder = temporary.resolve("letters");
        List<String> letters = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(file -> file.toString().endsWith(".jsonl")).toList()) {
                    for (String line : Files.readAllLines(file)) {
                        Matcher text = TEXT.matcher(line);
                        letters.add(text.find() ? text.group(1) : line);
                    }
                }
            }
        }
        return letters;
    }
}
