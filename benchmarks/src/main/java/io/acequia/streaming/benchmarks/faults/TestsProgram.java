/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import io.acequia.streaming.testkit.ChildJvm;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs tests, perhaps again and again, and says how many each pass had, how many of them failed, and why; and what they report. */
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
            launcher.execute(tests, listener, new Reports());
            TestExecutionSummary summary = listener.getSummary();
            System.out.println(summary.getTestsStartedCount() + " " + summary.getTotalFailureCount());
            if (summary.getTotalFailureCount() > 0) {
                summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 20);
            }
        } while (System.nanoTime() < deadline);
        // A test that failed may have left a thread behind.
        System.exit(0);
    }

    /** Tells what a test reports, in a line: {@code report CLASS|KEY|VALUE}. */
    private static final class Reports implements TestExecutionListener {
        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            String name = test.getSource().map(Reports::className).orElse("?");
            entry.getKeyValuePairs()
                    .forEach((key, value) -> System.out.println(TestsRig.REPORT + name + "|" + key + "|" + value));
        }

        private static String className(TestSource source) {
            String name = source instanceof MethodSource method
                    ? method.getClassName()
                    : source instanceof ClassSource type ? type.getClassName() : "?";
            return name.substring(name.lastIndexOf('.') + 1);
        }
    }
}
