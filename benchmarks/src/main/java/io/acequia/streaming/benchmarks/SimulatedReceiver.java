/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.DriverChannel.AddBlock;
import io.acequia.streaming.engine.DriverChannel.Change;
import io.acequia.streaming.engine.DriverChannel.Counts;
import io.acequia.streaming.engine.DriverChannel.Message;
import io.acequia.streaming.engine.DriverChannel.Phase;
import io.acequia.streaming.engine.DriverChannel.Register;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Report;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.receiver.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What a driver sees of a receiver on another machine: messages on its channel. It reads nothing and logs nothing, and has no thread:
 * each message is sent by the thread that asks for it.
 */
final class SimulatedReceiver implements ReceiverTask.Running {
    private static final int RECORDS = 10_000;
    private static final int RECORD_BYTES = 100;
    private static final String SEGMENT = "wal-0000000000000001-00000001.log";

    private final int streamId;
    private final DriverChannel driver;
    private final long epoch;
    private long blocks;

    private SimulatedReceiver(int streamId, DriverChannel driver, long epoch) {
        this.streamId = streamId;
        this.driver = driver;
        this.epoch = epoch;
    }

    /** Registers a receiver and says that it is active, as one does whose log is open. */
    static SimulatedReceiver start(int streamId, DriverChannel driver) throws IOException {
        long epoch = driver.ask(new Register(streamId)).epoch();
        driver.ask(new Report(streamId, epoch, Counts.NONE, new Change(Phase.ACTIVE, 1, null, null, false)));
        return new SimulatedReceiver(streamId, driver, epoch);
    }

    /** The message that says of a further block that it is in the log. */
    AddBlock nextBlock() {
        long number = blocks++;
        long first = number * RECORDS;
        int bytes = RECORDS * RECORD_BYTES;
        return new AddBlock(
                new BlockInfo(
                        streamId,
                        epoch,
                        number,
                        RECORDS,
                        2L * bytes,
                        List.of(new Position("partition-" + streamId, first, first + RECORDS)),
                        new BlockInfo.Place(SEGMENT, number * bytes, bytes, number + 1)),
                List.of());
    }

    /** The heartbeat. */
    Report report() {
        return new Report(streamId, epoch, new Counts(blocks * RECORDS, 0, 0, 0, 0, 0, false), null);
    }

    Reply ask(Message message) throws IOException {
        return driver.ask(message);
    }

    /** A driver cannot call a receiver on another machine, which asks by itself. */
    @Override
    public void beat() {}

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public boolean awaitEnd(Duration atMost) {
        return true;
    }

    @Override
    public String whereabouts() {
        return "nowhere: it is simulated";
    }
}
