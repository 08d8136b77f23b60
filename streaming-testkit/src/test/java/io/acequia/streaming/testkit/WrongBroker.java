/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.FakeBroker.Connection;
import io.acequia.streaming.testkit.FakeBroker.Lot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A broker as it should be, and a receiver of it that does everything right, but for one fault. */
final class WrongBroker implements ExternalSystem.Reliable<String> {
    private final FakeBroker broker = FakeBroker.withPositions();
    private final Fault fault;
    private final ReliableReceiver<String> only;

    /** What is wrong. */
    enum Fault {
        NONE,
        ACKS_BEFORE_READ_RETURNS,
        ACKS_ON_A_THREAD_OF_ITS_OWN,
        ACKS_WHAT_IS_UNSETTLED_WHEN_IT_CLOSES,
        NEVER_ACKS,
        IGNORES_NACK,
        RETURNS_MORE_THAN_ASKED_FOR,
        RETURNS_NULL,
        NO_RECEIVER,
        IGNORES_WAKE_UP,
        ONE_OBJECT_FOR_ALL_ATTEMPTS,
        SETTLES_AFTER_CLOSE,
        DUPLICATES_RECORDS,
        DROPS_RECORDS,
        REVERSES_RECORDS,
        CHANGES_ITS_LISTS,
        NUMBERS_ANEW_ON_EACH_CONNECTION,
        FORGETS_POSITIONS,
        LEAVES_A_THREAD_BEHIND,
        CLOSE_THROWS_WHEN_NOT_CONNECTED,
        HIDES_THE_END,
        CANNOT_BE_COPIED
    }

    WrongBroker(Fault fault) {
        this.fault = fault;
        this.only = new Wrong(fault, broker.number());
    }

    @Override
    public Source<String> source() {
        Fault wrong = fault;
        int number = broker.number();
        ReliableReceiver<String> one = only;
        return switch (fault) {
            case ONE_OBJECT_FOR_ALL_ATTEMPTS, CANNOT_BE_COPIED -> Source.of("wrong", () -> one);
            case NO_RECEIVER -> Source.of("wrong", () -> null);
            default -> Source.of("wrong", () -> new Wrong(wrong, number));
        };
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
    public boolean end() {
        return broker.end();
    }

    @Override
    public long unacknowledged() {
        return broker.unacknowledged();
    }

    @Override
    public void close() {
        broker.close();
    }

    private static final class Wrong implements ReliableReceiver<String> {
        private final Fault fault;
        private final int broker;
        private final List<Lot> unsettled = new ArrayList<>();
        private final List<String> reused = new ArrayList<>();
        private Connection connection;
        private boolean closed;
        private int reads;
        private long given;

        Wrong(Fault fault, int broker) {
            this.fault = fault;
            this.broker = broker;
        }

        @Override
        public void connect() throws Exception {
            connection = FakeBroker.numbered(broker).new Connection();
            closed = false;
            if (fault == Fault.LEAVES_A_THREAD_BEHIND) {
                CountDownLatch never = new CountDownLatch(1);
                Thread left = Executors.defaultThreadFactory().newThread(() -> awaitForEver(never));
                left.setDaemon(true);
                left.start();
            }
        }

        private static void awaitForEver(CountDownLatch never) {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public Delivery<String> read(int maxRecords, Duration maxWait) throws Exception {
            Lot lot = poll(maxRecords, maxWait);
            if (lot.isEmpty()) {
                return fault == Fault.RETURNS_NULL ? null : Delivery.nothing();
            }
            reads++;
            unsettled.add(lot);
            if (fault == Fault.ACKS_BEFORE_READ_RETURNS) {
                connection.ack(lot);
            } else if (fault == Fault.ACKS_ON_A_THREAD_OF_ITS_OWN) {
                // Joined, so that the mistake is made for certain, and not only when that thread is quick.
                Connection open = connection;
                CompletableFuture.runAsync(() -> ack(open, lot)).join();
            }
            long from = fault == Fault.NUMBERS_ANEW_ON_EACH_CONNECTION ? given : lot.from();
            given += lot.payloads().size();
            Delivery<String> delivery = Delivery.of(records(lot, maxRecords), new Told(connection, lot));
            return fault == Fault.FORGETS_POSITIONS
                    ? delivery
                    : delivery.at(
                            new Position("wrong", from, from + lot.payloads().size()));
        }

        private Lot poll(int maxRecords, Duration maxWait) throws Exception {
            if (fault == Fault.RETURNS_MORE_THAN_ASKED_FOR) {
                return connection.poll(maxRecords + 1, maxWait);
            }
            Duration wait = fault == Fault.IGNORES_WAKE_UP ? Duration.ofHours(1) : maxWait;
            try {
                return connection.poll(maxRecords, wait);
            } catch (EndOfSourceException e) {
                if (fault == Fault.HIDES_THE_END) {
                    return new Lot(0, 0, List.of());
                }
                throw e;
            }
        }

        private List<String> records(Lot lot, int maxRecords) {
            List<String> records = new ArrayList<>(lot.payloads());
            switch (fault) {
                case DUPLICATES_RECORDS -> {
                    if (records.size() < maxRecords) {
                        records.add(records.get(0));
                    }
                }
                case DROPS_RECORDS -> {
                    if (reads == 3) {
                        records.remove(0);
                    }
                }
                case REVERSES_RECORDS -> Collections.reverse(records);
                case CHANGES_ITS_LISTS -> {
                    reused.clear();
                    reused.addAll(records);
                    return reused;
                }
                default -> {}
            }
            return records;
        }

        private static void ack(Connection open, Lot lot) {
            try {
                open.ack(lot);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void wakeUp() {
            if (connection != null && fault != Fault.IGNORES_WAKE_UP) {
                connection.wakeUp();
            }
        }

        @Override
        public void close() {
            closed = true;
            if (connection == null) {
                if (fault == Fault.CLOSE_THROWS_WHEN_NOT_CONNECTED) {
                    throw new NullPointerException("no connection");
                }
                return;
            }
            if (fault == Fault.ACKS_WHAT_IS_UNSETTLED_WHEN_IT_CLOSES) {
                unsettled.forEach(lot -> ack(connection, lot));
            }
            if (fault != Fault.SETTLES_AFTER_CLOSE) {
                connection.close();
            }
        }

        private final class Told implements Settlement {
            private final Connection open;
            private final Lot lot;

            Told(Connection open, Lot lot) {
                this.open = open;
                this.lot = lot;
            }

            @Override
            public void ack() throws Exception {
                if (closed && fault != Fault.SETTLES_AFTER_CLOSE || fault == Fault.NEVER_ACKS) {
                    return;
                }
                open.ack(lot);
                unsettled.remove(lot);
            }

            @Override
            public void nack(Throwable cause) throws Exception {
                if (fault != Fault.IGNORES_NACK && !closed) {
                    open.nack(lot);
                }
            }
        }
    }
}
