/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What happens at the places of {@link Failpoint}: one of them is waited for, and all are counted, when a rig asks for it. */
public final class Passages {
    private static final long DELAY_MILLIS = 200;

    private static final @Nullable Armed ARMED =
            Armed.of(System.getProperty("acequia.failpoint"), System.getProperty("acequia.failpoint.after"));
    private static final @Nullable Record RECORD = Record.of(System.getProperty("acequia.failpoints.seen"));
    /** Whether anybody wants to know. */
    static final boolean ON = ARMED != null || RECORD != null;

    private Passages() {}

    /** Passes a place; whether it is to fail there. */
    static boolean failsAt(String name) {
        if (RECORD != null) {
            RECORD.passed(name);
        }
        return ARMED != null && ARMED.failsAt(name);
    }

    static String message(String name) {
        return "ACQ-0676 failpoint " + name;
    }

    /**
     * What a process that may be gone has passed.
     *
     * @param counts how often each place, those never passed left out
     * @param last the last one
     * @param lastOfBatches the last one of {@code batch.…} and {@code output.…}
     */
    public record Seen(Map<String, Long> counts, @Nullable String last, @Nullable String lastOfBatches) {
        /** Reads the file that was named in {@code acequia.failpoints.seen}. */
        public static Seen in(Path file) throws IOException {
            Map<String, Long> counts = new LinkedHashMap<>();
            List<String> names = Failpoint.all();
            byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(content, Record.bytes(names)));
            int last = (int) bytes.getLong();
            int lastOfBatches = (int) bytes.getLong();
            for (String name : names) {
                long count = bytes.getLong();
                if (count > 0) {
                    counts.put(name, count);
                }
            }
            return new Seen(
                    counts,
                    last == 0 ? null : names.get(last - 1),
                    lastOfBatches == 0 ? null : names.get(lastOfBatches - 1));
        }
    }

    /** A file in memory: the numbers, from 1, of the last place and of the last of batches; then a count for each place. */
    static final class Record {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final ByteBuffer bytes;

        Record(ByteBuffer bytes) {
            this.bytes = bytes;
            for (String name : Failpoint.all()) {
                numbers.put(name, numbers.size() + 1);
            }
        }

        static @Nullable Record of(@Nullable String file) {
            if (file == null) {
                return null;
            }
            try (FileChannel channel = FileChannel.open(
                    Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes(Failpoint.all()));
                return new Record(mapped);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static int bytes(List<String> names) {
            return Long.BYTES * (2 + names.size());
        }

        synchronized void passed(String name) {
            Integer number = numbers.get(name);
            if (number != null) {
                int at = Long.BYTES * (1 + number);
                bytes.putLong(at, bytes.getLong(at) + 1);
                bytes.putLong(0, number);
                if (name.startsWith("batch.") || name.startsWith("output.")) {
                    bytes.putLong(Long.BYTES, number);
                }
            }
        }
    }

    /** What happens at the place that is waited for. */
    enum Action {
        HALT,
        THROW,
        DELAY
    }

    /** A place that is waited for. */
    static final class Armed {
        private final String name;
        private final long passage;
        private final Action action;
        private final @Nullable String after;
        private final AtomicLong passed = new AtomicLong();
        private volatile boolean counts;

        private Armed(String name, long passage, Action action, @Nullable String after) {
            this.name = name;
            this.passage = passage;
            this.action = action;
            this.after = after;
            this.counts = after == null;
        }

        /**
         * What is waited for.
         *
         * @param text as in the property
         * @param after the place before whose first passage nothing counts
         */
        static @Nullable Armed of(@Nullable String text, @Nullable String after) {
            if (text == null) {
                return null;
            }
            String[] parts = text.split(":", -1);
            List<String> names = Failpoint.all();
            try {
                if (parts.length == 3 && names.contains(parts[0]) && (after == null || names.contains(after))) {
                    Action action = Action.valueOf(parts[2].toUpperCase(Locale.ROOT));
                    return new Armed(parts[0], Long.parseLong(parts[1]), action, after);
                }
            } catch (IllegalArgumentException e) {
                // told below
            }
            throw new IllegalArgumentException("ACQ-0675 acequia.failpoint = '" + text
                    + (after == null ? "" : "' after '" + after)
                    + "': must be a place, a passage and halt, throw or delay, such as block.forced:3:halt");
        }

        boolean failsAt(String place) {
            if (!counts) {
                counts = place.equals(after);
                return false;
            }
            if (!place.equals(name) || passed.incrementAndGet() != passage) {
                return false;
            }
            switch (action) {
                case HALT -> Runtime.getRuntime().halt(137);
                case DELAY -> delay();
                case THROW -> {
                    return true;
                }
            }
            return false;
        }

        private static void delay() {
            StreamClock clock = StreamClock.system();
            try {
                clock.awaitUntil(clock.now().plusMillis(DELAY_MILLIS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
