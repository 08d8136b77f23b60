/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What sources log while it is open, instead of printing it. */
final class Warnings extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(MqttSource.class.getName());

    private final List<String> lines = new CopyOnWriteArrayList<>();

    Warnings() {
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
    }
}
