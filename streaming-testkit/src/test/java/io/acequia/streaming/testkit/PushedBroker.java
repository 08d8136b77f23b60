/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.PushReceiver;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A broker whose receiver is pushed to by a thread of its own: it stores what it polled, and acknowledges what was stored. */
final class PushedBroker implements ExternalSystem.Reliable<String> {
    private final FakeBroker broker = FakeBroker.withoutPositions();

    @Override
    public Source<String> source() {
        int number = broker.number();
        return Source.of("pushed", () -> new Pushed(number));
    }

    @Override
    public void publish(List<String> payloads) {
        broker.publish(payloads);
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public void cut() {
        broker.cut();
    }

    @Override
    public void heal() {
        broker.heal();
    }

    @Override
    public long unacknowledged() {
        return broker.unacknowledged();
    }

    @Override
    public void close() {
        broker.close();
    }

    private static final class Pushed extends PushReceiver<String> {
        private final int broker;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private volatile FakeBroker.Connection connection;

        Pushed(int broker) {
            this.broker = broker;
        }

        @Override
        public void onStart() {
            thread.execute(this::storeAll);
        }

        private void storeAll() {
            try {
                connection = FakeBroker.numbered(broker).new Connection();
                while (!isStopped()) {
                    FakeBroker.Lot lot = connection.poll(10, Duration.ofMillis(100));
                    if (!lot.isEmpty()) {
                        store(connection, lot);
                    }
                }
            } catch (Exception e) {
                restart("the broker is gone", e);
            }
        }

        private void store(FakeBroker.Connection open, FakeBroker.Lot lot) throws Exception {
            try {
                store(lot.payloads());
            } catch (IllegalStateException e) {
                open.nack(lot);
                return;
            }
            open.ack(lot);
        }

        /** Who stores may just have heard that it is safe, and tells the broker so: no interrupt, which would prevent that. */
        @Override
        public void onStop() {
            thread.shutdown();
            try {
                thread.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                thread.shutdownNow();
            }
            if (connection != null) {
                connection.close();
            }
        }
    }
}
