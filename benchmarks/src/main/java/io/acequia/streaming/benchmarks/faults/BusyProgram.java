/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.testkit.ChildJvm;

/** The child that takes processor time from the others, on every processor, until its parent has ended. */
final class BusyProgram {
    private static volatile double sink;

    private BusyProgram() {}

    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread burner = new Thread(BusyProgram::burn, "burner");
            burner.setDaemon(true);
            burner.start();
        }
        ChildJvm.awaitParent();
    }

    private static void burn() {
        for (double x = 1; ; x = Math.sin(x) + 1) {
            sink = x;
        }
    }
}
