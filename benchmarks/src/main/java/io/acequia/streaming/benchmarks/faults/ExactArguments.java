/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.examples.CustomReliableReceiver.AckedLinesSource;
import io.acequia.streaming.receiver.Source;
import java.util.List;
import java.util.Optional;

/**
 * What {@link ExactProgram} is told.
 *
 * @param host of the server of lines
 * @param port of it
 * @param root holds all folders of the job
 * @param life which of its lives this is, from 1
 * @param sink how its outputs behave
 * @param mistake what is wrong with it
 */
record ExactArguments(
        String host, int port, String root, int life, FolderSink.Manners sink, Optional<Mistake> mistake) {
    static ExactArguments of(String[] texts) {
        return new ExactArguments(
                texts[0],
                Integer.parseInt(texts[1]),
                texts[2],
                Integer.parseInt(texts[3]),
                FolderSink.Manners.valueOf(texts[4]),
                texts.length > 5 ? Optional.of(Mistake.valueOf(texts[5])) : Optional.empty());
    }

    List<String> texts() {
        List<String> texts =
                new java.util.ArrayList<>(List.of(host, String.valueOf(port), root, String.valueOf(life), sink.name()));
        mistake.ifPresent(each -> texts.add(each.name()));
        return texts;
    }

    boolean is(Mistake asked) {
        return mistake.filter(asked::equals).isPresent();
    }

    /** The checkpoint directory: through a storage that lies, when that is the mistake. */
    String directory() {
        String plain = root + "/job";
        return mistake.filter(each -> each.lie() != null)
                .map(each -> LyingStorages.uri(each, plain))
                .orElse(plain);
    }

    String output() {
        return root + "/out";
    }

    String files() {
        return root + "/files";
    }

    String appended() {
        return root + "/appended";
    }

    String notes() {
        return root + "/notes";
    }

    /** The source of lines, or one that cheats. */
    Source<Tuple2<Long, String>> source(AckedLinesSource honest) {
        return is(Mistake.ACKNOWLEDGED_EARLY) || is(Mistake.MOVED_ON_EARLY)
                ? Strange.around(honest, is(Mistake.MOVED_ON_EARLY))
                : honest;
    }
}
