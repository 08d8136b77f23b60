/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * All that there is around a program: a machine with a disk, which may go and come back; sources and a sink elsewhere, which
 * stay; the time. What is drawn and what happens in it is for one thread; the program reaches it from any.
 */
final class SimWorld implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Map<Long, SimWorld> WORLDS = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong();

    private final long id = NEXT.incrementAndGet();
    private final SimSignal signal = new SimSignal();
    private final Mistakes mistakes;
    private final NumberedFeed feed;
    private final SimSink sink;
    private final AtomicLong directUntil = new AtomicLong();
    private volatile SimulatedStorage disk;
    private volatile Hook hook = (output, time) -> {};
    private volatile SimClock clock = new SimClock(START);

    /** What a rig does where an output asks for a batch, on the thread of that batch. */
    @FunctionalInterface
    interface Hook {
        void asked(String output, Time time) throws Exception;
    }

    /**
     * Mistakes that a rig must notice.
     *
     * @param manners of the feed
     * @param forgetful whether the source read by range makes other ranges again
     * @param twice whether the sink takes a key again
     * @param flaw what is wrong with the disk
     * @param cover what stands before the disk
     */
    record Mistakes(
            Manners manners,
            boolean forgetful,
            boolean twice,
            Consumer<SimulatedStorage> flaw,
            UnaryOperator<Storage> cover) {
        static final Mistakes NONE = new Mistakes(Manners.HONEST, false, false, disk -> {}, UnaryOperator.identity());
    }

    SimWorld(long seed, Mistakes mistakes) {
        this.mistakes = mistakes;
        this.feed = new NumberedFeed(1, mistakes.manners());
        feed.listen(signal::tell);
        this.disk = new SimulatedStorage(seed);
        this.sink = new SimSink(() -> disk.isOn(), !mistakes.twice());
        WORLDS.put(id, this);
        insert();
    }

    static SimWorld of(long id) {
        SimWorld world = WORLDS.get(id);
        if (world == null) {
            throw new IllegalStateException("ACQ-3081 the world " + id + " of this rig has ended");
        }
        return world;
    }

    private void insert() {
        mistakes.flaw().accept(disk);
        disk.whenOff(signal::tell);
        SimDisks.insert(String.valueOf(id), mistakes.cover().apply(disk));
    }

    long id() {
        return id;
    }

    String directory() {
        return SimDisks.SCHEME + id;
    }

    SimSignal signal() {
        return signal;
    }

    NumberedFeed feed() {
        return feed;
    }

    SimSink sink() {
        return sink;
    }

    void hook(Hook what) {
        hook = what;
    }

    /** An output asks for a batch. */
    void asked(String output, Time time) throws Exception {
        sink.begin(output, time);
        signal.tell();
        hook.asked(output, time);
    }

    SimulatedStorage disk() {
        return disk;
    }

    SimClock clock() {
        return clock;
    }

    SimDirect directSource(int pieces) {
        return new SimDirect(id, pieces, mistakes.forgetful());
    }

    /** Numbers that the source read by range has. */
    long directUntil() {
        return directUntil.get();
    }

    void offerDirect(int more) {
        directUntil.addAndGet(more);
    }

    /** The machine comes back after some time: with all it had, or with what was safe when the power went. */
    void comeBack(boolean powerWent, Duration down) {
        disk = powerWent ? disk.crash() : disk.kill();
        clock = new SimClock(clock.now().plus(down));
        insert();
    }

    /** Changes the disk that the machine found, before anybody reads it. */
    void mend(SimulatedStorage other) {
        disk = other;
        insert();
    }

    /** The time before the first batch of a program, which is not that of its first start when nothing of that was left. */
    Time zero(SimProgram program) {
        NavigableMap<Time, Integer> asked = sink.asked(program.first());
        return asked.isEmpty() ? Time.of(START) : asked.firstKey().minus(program.interval());
    }

    /** What was offered and is in no batch. */
    int lost(SimProgram program) {
        int lost = 0;
        if (program.received()) {
            lost += missing(taken(SimProgram.RECEIVED), feed.recordsBelow(feed.offered()));
        }
        if (program.direct()) {
            List<Long> all = new ArrayList<>();
            for (long i = 0; i < directUntil(); i++) {
                all.add(SimDirect.FIRST + i);
            }
            lost += missing(taken(SimProgram.DIRECT), all);
        }
        return lost;
    }

    private static int missing(List<Object> found, List<Long> expected) {
        NavigableSet<Object> there = new TreeSet<>(found);
        return (int) expected.stream().filter(each -> !there.contains(each)).count();
    }

    /** How many numbers are in batches again. */
    int duplicated(SimProgram program) {
        int duplicated = 0;
        for (String source : program.sources()) {
            List<Object> found = taken(source);
            duplicated += found.size() - new TreeSet<>(found).size();
        }
        return duplicated;
    }

    private List<Object> taken(String source) {
        List<Object> all = new ArrayList<>();
        sink.of("raw-" + source).values().forEach(all::addAll);
        return all;
    }

    /** The batches that ran: those that the first source was asked for. */
    NavigableSet<Integer> ran(SimProgram program) {
        NavigableSet<Integer> ran = new TreeSet<>();
        sink.asked(program.first())
                .keySet()
                .forEach(time -> ran.add(SimProgram.numberOf(time, zero(program), program.interval())));
        return ran;
    }

    @Override
    public void close() {
        WORLDS.remove(id);
        SimDisks.remove(String.valueOf(id));
        feed.close();
    }
}
