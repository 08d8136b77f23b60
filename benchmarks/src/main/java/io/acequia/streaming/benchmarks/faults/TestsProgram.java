/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs tests, perhaps again and again, and says how many each pass had, how many of them failed, and why. */
final class TestsProgram {
    private TestsProgram() {}

    /** Arguments: which classes, as a regular expression for their names; for how many milliseconds a further pass may begin. */
    public static void main(String[] arguments) {
        long deadline = System.nanoTime() + Long.parseLong(arguments[1]) * 1_000_000;
        LauncherDiscoveryRequest tests = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("io.acequia.streaming"))
                .filters(includeClassNamePatterns(arguments[0]))
                .build();
        ChildJvm.endWithParent();
        Launcher launcher = LauncherFactory.create();
        do {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            launcher.execute(tests, listener);
            TestExecutionSummary summary = listener.getSummary();
            System.out.println(summary.getTestsStartedCount() + " " + summary.getTotalFailureCount());
            if (summary.getTotalFailureCount() > 0) {
                summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 20);
            }
        } while (System.nanoTime() < deadline);
        // A test that failed may have left a thread behind.
        System.exit(0);
    }
}
