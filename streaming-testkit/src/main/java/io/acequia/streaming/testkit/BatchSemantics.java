/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.RddOperations.Held;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operation of RDDs and of their pairs, by its name, gives what a naive model gives, a few lines over lists:
 * {@link RddOperations} and {@link PairRddOperations} hold both side by side. Each runs over many cases drawn by seed; a failure
 * tells the seed and the data.
 * An engine passes by a subclass that gives its settings.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BatchSemantics {

    /** How an RDD is kept, and what it belongs to: with nothing to hold it against but itself. */
    private static final Set<String> NOT_OF_RECORDS = Set.of("context", "splits", "unwrap");

    private final BatchContext batch = new BatchContext(conf());

    private Path directory;

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) {
        directory = temporary;
    }

    /** The engine under test, by its master, and its settings. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    /** How many cases each operation is held against. */
    protected int cases() {
        return 200;
    }

    /** Most records of a list: more of them for an engine that does something else with many. */
    protected int mostRecords() {
        return 40;
    }

    @AfterAll
    void stop() {
        batch.stop();
    }

    @TestFactory
    Stream<DynamicTest> equalsTheModel() {
        return operations().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> check(each.getKey(), each.getValue())));
    }

    private void check(String name, Held operation) throws Exception {
        for (long seed = 1; seed <= cases(); seed++) {
            Path folder = directory.resolve(name.replace(' ', '-') + "-" + seed);
            DrawnRdds drawn = new DrawnRdds(batch, seed, mostRecords(), folder);
            try {
                operation.holds(drawn);
            } catch (Exception | AssertionError e) {
                throw new AssertionError(name + " of case " + seed + ", " + drawn + ": " + e, e);
            }
        }
    }

    private static Map<String, Held> operations() {
        Map<String, Held> all = new LinkedHashMap<>(RddOperations.all());
        all.putAll(PairRddOperations.all());
        return all;
    }

    /**
     * An operation stands in the table of its interface by its name, with what tells its forms apart after it. That each form
     * of a name is called is for the entry to see to.
     */
    @Test
    void noOperationIsLeftOut() {
        assertThat(missing(RDD.class, RddOperations.all()))
                .as("operations to put into the table of RDDs")
                .isEmpty();
        assertThat(missing(PairRDD.class, PairRddOperations.all()))
                .as("operations to put into the table of keyed RDDs")
                .isEmpty();
    }

    private static Set<String> missing(Class<?> type, Map<String, Held> table) {
        Set<String> missing = new TreeSet<>();
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                missing.add(method.getName());
            }
        }
        table.keySet().forEach(name -> missing.remove(name.split(" ", -1)[0]));
        missing.removeAll(NOT_OF_RECORDS);
        return missing;
    }
}
