/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes sessions of clicks, lines {@code USER PAGE} of a text server: {@code acequia run Sessions HOST PORT [IDLE_SECONDS]}. A
 * session ends when its user logs out, or does not click for so long; then it is printed.
 */
public final class Sessions {
    private Sessions() {}

    // tag::sessions
    /** An open session: what is kept for each user. */
    public record Visit(Time first, Time last, int pages) implements Serializable {
        Visit and(Time click) {
            return new Visit(first, click, pages + 1);
        }

        Session ended(String user) {
            return new Session(user, pages, Duration.between(first.instant(), last.instant()));
        }
    }

    /** A session that has ended; it lasted from the first click to the last. */
    public record Session(String user, int pages, Duration lasted) implements Serializable {}

    /** Each session once, in the batch that ends it; lines that are no clicks are left out. */
    public static DStream<Session> ended(DStream<String> clicks, Duration idle) {
        return clicks.mapToPair(Sessions::userAndPage)
                .onError(ErrorPolicy.skip())
                .mapWithState(StateSpec.function(Sessions::click).timeout(idle))
                .uid("visits");
    }

    private static Optional<Session> click(Time time, String user, Optional<String> page, State<Visit> visit) {
        if (visit.isTimingOut()) {
            return Optional.of(visit.get().ended(user));
        }
        Visit now = visit.getOption().orElse(new Visit(time, time, 0)).and(time);
        if (page.filter("/logout"::equals).isPresent()) {
            visit.remove();
            return Optional.of(now.ended(user));
        }
        visit.update(now);
        return Optional.empty();
    }
    // end::sessions

    private static Tuple2<String, String> userAndPage(String line) {
        String[] parts = line.split(" ", 2);
        return Tuple2.of(parts[0], parts[1]);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2 && args.length != 3) {
            throw new IllegalArgumentException("usage: Sessions HOST PORT [IDLE_SECONDS]");
        }
        Duration idle = Durations.seconds(args.length == 3 ? Long.parseLong(args[2]) : 30);
        StreamingConf conf = new StreamingConf().setAppName("Sessions");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            ended(ssc.socketTextStream(args[0], Integer.parseInt(args[1])), idle)
                    .map(session -> session.user() + " saw " + session.pages() + " pages in "
                            + session.lasted().toSeconds() + " s")
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
