/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.receiver.LineCutter;
import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines of text. Those over the limit are rejected, malformed UTF-8 is replaced; both are counted. */
record LineFormat<L>(int maxLineBytes, Form<L> form) implements FileFormat<L> {
    static final Form<String> STRINGS = new Strings();
    static final Form<Utf8> UTF8 = new Slices();

    private static final Logger LOG = LoggerFactory.getLogger(LineFormat.class);

    LineFormat {
        if (maxLineBytes < 1) {
            throw new IllegalArgumentException("ACQ-0631 longest line of a file = " + maxLineBytes
                    + " bytes: must be at least 1; see streaming.source.max.line");
        }
    }

    @Override
    public SplitReader<L> open(InputStream in, FileSplit<L> split) {
        return new Lines<>(in, split, new LineCutter(split.path(), maxLineBytes), form);
    }

    /** How a cutter gives its lines. */
    interface Form<L> extends Serializable {
        void cut(LineCutter cutter, List<L> into);

        void cutRest(LineCutter cutter, List<L> into);
    }

    private record Strings() implements Form<String> {
        @Override
        public void cut(LineCutter cutter, List<String> into) {
            cutter.cut(Integer.MAX_VALUE, into);
        }

        @Override
        public void cutRest(LineCutter cutter, List<String> into) {
            cutter.cutRest(into);
        }
    }

    private record Slices() implements Form<Utf8> {
        @Override
        public void cut(LineCutter cutter, List<Utf8> into) {
            cutter.cutUtf8(Integer.MAX_VALUE, into);
        }

        @Override
        public void cutRest(LineCutter cutter, List<Utf8> into) {
            cutter.cutRestUtf8(into);
        }
    }

    private static final class Lines<L> implements SplitReader<L> {
        private final InputStream in;
        private final FileSplit<L> split;
        private final LineCutter cutter;
        private final Form<L> form;
        private final List<Rejected> rejected = new ArrayList<>();
        private long rejectedInAll;
        private boolean ended;

        Lines(InputStream in, FileSplit<L> split, LineCutter cutter, Form<L> form) {
            this.in = in;
            this.split = split;
            this.cutter = cutter;
            this.form = form;
        }

        @Override
        public List<L> next() throws IOException {
            List<L> lines = new ArrayList<>();
            while (lines.isEmpty() && !ended) {
                if (cutter.fill(in)) {
                    form.cut(cutter, lines);
                } else {
                    ended = true;
                    form.cutRest(cutter, lines);
                }
                rejected.addAll(cutter.takeRejected());
            }
            return lines;
        }

        @Override
        public List<Rejected> takeRejected() {
            List<Rejected> taken = List.copyOf(rejected);
            rejectedInAll += taken.size();
            rejected.clear();
            return taken;
        }

        @Override
        public void close() {
            if (cutter.malformed() > 0) {
                LOG.warn(
                        "{} holds {} malformed UTF-8 sequences: each is replaced by U+FFFD",
                        split.path(),
                        cutter.malformed());
            }
            if (rejectedInAll > 0) {
                LOG.warn("{} holds {} lines over the limit of streaming.source.max.line", split.path(), rejectedInAll);
            }
            split.close(in);
        }
    }
}
