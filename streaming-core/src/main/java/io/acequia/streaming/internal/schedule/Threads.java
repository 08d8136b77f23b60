/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

/** The one place where the scheduler makes threads. */
final class Threads {
    private Threads() {}

    /** A started daemon. */
    static Thread daemon(String name, Runnable body) {
        Thread thread = named(name, body);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A started thread that keeps the JVM alive. */
    static Thread keepingAlive(String name, Runnable body) {
        Thread thread = named(name, body);
        thread.setDaemon(false);
        thread.start();
        return thread;
    }

    /** A thread that is not started: for a shutdown hook. */
    static Thread named(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    /** The stack of a thread that should have ended, a frame a line. */
    static String stackOf(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }
}
