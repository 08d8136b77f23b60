/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.ObjectInputStream;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Time, threads, standard output and deserialization each have an owner; the lists here say who and why. */
class OwnersTest {
    private static final String BASE = "io.acequia.streaming.";
    private static final JavaClasses ALL = Repository.classes(Repository.modules());

    private static final Map<String, String> CLOCK_OWNERS = Map.of(
            BASE + "data.SystemClock", "it is the clock of the machine that everything else is given",
            BASE + "flume.sink.Connection", "it runs in an agent of Flume, which has no clock of ours",
            BASE + "flume.sink.Take", "as the connection that it answers on");

    private static final Map<String, String> THREAD_OWNERS = Map.ofEntries(
            entry("internal.local.WorkerPool", "it is the pool that runs tasks"),
            entry("internal.schedule.Threads", "it names the threads of a context and says which keep the JVM alive"),
            entry("internal.local.LocalReceiver", "it is the receiver that the local engine hosts, a thread for each"),
            entry("cli.ShutdownHook", "it is what a command does when a signal ends the process"),
            entry("cli.UntilStart", "a program that is looked at lives on threads of its own, and its end is theirs"),
            entry("testkit.FaultProxy", "its one thread moves the bytes of all connections and ends with it"),
            entry("testkit.ChildJvm", "it ends the process, or stops its context, when the parent is gone"),
            entry("testkit.NumbersPublished", "it publishes while the test kills, and ends with it"),
            entry("flume.sink.PollingSink", "it runs in an agent of Flume, which has none of ours"),
            entry("kinesis.LeasedWorker", "the client of Kinesis is a Runnable that somebody must run"),
            entry("examples.PortedSparkReceiver", "it shows a receiver that was written with a thread of its own"));

    private static final Map<String, String> PRINTERS = Map.of(BASE + "internal.graph.PrintedBatch", "print() prints");

    private static final Set<String> CLOCK_READS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Thread.sleep",
            "java.util.concurrent.TimeUnit.sleep",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalTime.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone");

    @Test
    void theClockOfTheMachineIsReadByItsOwnersAlone() {
        noClasses()
                .that(areOutside("benchmarks").and(areNot(CLOCK_OWNERS)))
                .should()
                .accessTargetWhere(targetIs("the wall clock or a sleep", CLOCK_READS))
                .because("time is a parameter: ask the StreamClock of the context, so that a test can own it")
                .check(ALL);
    }

    @Test
    void threadsAreMadeByTheirOwnersAlone() {
        noClasses()
                .that(areOutside("benchmarks").and(areNot(THREAD_OWNERS)))
                .should()
                .callConstructorWhere(describe("the constructor of a thread", call -> call.getTargetOwner()
                        .isAssignableTo(Thread.class)))
                .because(
                        "a thread needs someone who names it, ends it and tells its failures; add its owner here with the"
                                + " reason")
                .check(ALL);
    }

    @Test
    void standardOutputBelongsToTheProgramsAndToPrint() {
        noClasses()
                .that(areOutside("benchmarks", "cli", "examples", "testkit").and(areNot(PRINTERS)))
                .should()
                .accessTargetWhere(
                        targetIs("standard output or error", Set.of("java.lang.System.out", "java.lang.System.err")))
                .because("a library speaks through its logger; standard output belongs to the program that embeds it")
                .check(ALL);
    }

    @Test
    void oneClassDeserializesObjects() {
        Set<String> users = ALL.stream()
                .filter(type -> !type.getPackageName().equals(BASE + "testkit"))
                .filter(type ->
                        !type.getPackageName().equals(BASE + "benchmarks.faults")) // gadgets, which must not run
                .filter(type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency ->
                                assignableTo(ObjectInputStream.class).test(dependency.getTargetClass())))
                .map(type -> type.getName().replaceFirst("\\$.*", ""))
                .collect(Collectors.toSet());

        assertThat(users)
                .as("classes that use ObjectInputStream: it runs code that the bytes choose, so one class owns it")
                .containsExactly(BASE + "internal.store.JavaSerialization");
    }

    @Test
    void everyOwnerThatIsListedExists() {
        assertThat(ALL.stream().map(JavaClass::getName))
                .containsAll(CLOCK_OWNERS.keySet())
                .containsAll(THREAD_OWNERS.keySet())
                .containsAll(PRINTERS.keySet());
    }

    private static Map.Entry<String, String> entry(String owner, String reason) {
        return Map.entry(BASE + owner, reason);
    }

    private static DescribedPredicate<JavaClass> areOutside(String... programs) {
        Set<String> prefixes = Set.of(programs);
        return describe("are outside " + prefixes, type -> prefixes.stream()
                .noneMatch(prefix -> type.getName().startsWith(BASE + prefix + ".")));
    }

    private static DescribedPredicate<JavaClass> areNot(Map<String, String> owners) {
        return describe(
                "are not " + owners.keySet(),
                type -> !owners.containsKey(type.getName().replaceFirst("\\$.*", "")));
    }

    private static DescribedPredicate<JavaAccess<?>> targetIs(String what, Set<String> names) {
        return describe(what, access -> {
            AccessTarget target = access.getTarget();
            return names.contains(target.getOwner().getName() + "." + target.getName());
        });
    }
}
