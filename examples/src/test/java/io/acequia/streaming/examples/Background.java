/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

/** Runs what must go on beside a test, on a thread that does not keep the JVM alive. */
final class Background {
    private Background() {}

    static void run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
