/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.testkit.RandomGraphs.Graph;
import io.acequia.streaming.testkit.RandomGraphs.Primitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The local engine does what a naive model does, on many graphs; and these graphs find an engine that does not. */
class RandomGraphsTest {
    private static final int GRAPHS = 1_000;
    private static final int OFTEN = 50;
    private static final String LITTLE_MEMORY = "streaming.storage.memory";

    private static final List<Graph> ALL =
            LongStream.rangeClosed(1, GRAPHS).mapToObj(RandomGraphs::graph).toList();

    @TempDir
    Path directory;

    @Test
    void theGraphsHaveEveryPrimitiveAndEveryLevelOften() {
        Map<Primitive, Integer> primitives = RandomGraphs.primitives(ALL);
        Map<StorageLevel, Integer> levels = RandomGraphs.levels(ALL);
        System.out.println(GRAPHS + " random graphs: " + primitives + ", levels: " + levels);

        assertThat(primitives).containsOnlyKeys(Primitive.values());
        assertThat(primitives.values()).allMatch(count -> count >= OFTEN);
        assertThat(levels).containsOnlyKeys(StorageLevel.values());
        assertThat(levels.values()).allMatch(count -> count >= OFTEN);
        assertThat(ALL)
                .allMatch(graph ->
                        graph.primitives().size() >= 3 && graph.primitives().size() <= 12);
        assertThat(ALL).filteredOn(Graph::isConcurrent).hasSizeGreaterThan(OFTEN);
        assertThat(ALL)
                .filteredOn(graph -> graph.settings().containsKey(LITTLE_MEMORY))
                .hasSizeBetween(GRAPHS / 4, GRAPHS / 2);
    }

    @Test
    void theLocalEngineEqualsTheModel() throws IOException {
        int spilled = 0;
        for (Graph graph : ALL) {
            spilled += run(graph, engine -> engine);
        }
        System.out.println(spilled + " of the graphs with little memory spilled partitions to disk");

        assertThat(spilled).isGreaterThan(10);
    }

    static Stream<WrongEngine.Fault> faultsOfDatasets() {
        return Stream.of(WrongEngine.Fault.values())
                .filter(fault -> fault != WrongEngine.Fault.NONE && !fault.isOfState());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsOfDatasets")
    void anEngineWithAFaultIsCaught(WrongEngine.Fault fault) throws IOException {
        int tried = 0;
        AssertionError caught = null;
        for (Graph graph : ALL) {
            tried++;
            try {
                run(graph, engine -> new WrongEngine(engine, fault));
            } catch (AssertionError e) {
                caught = e;
                break;
            }
        }
        System.out.println(fault + " was " + (caught == null ? "NOT caught" : "caught by graph " + tried));

        assertThat(caught).as("%s in %d graphs", fault, tried).isNotNull();
        assertThat(caught.getMessage()).startsWith("RandomGraphs.graph(" + tried + "L)");
    }

    @Test
    void theSameSeedGivesTheSameGraph() {
        assertThat(RandomGraphs.graph(42)).hasToString(RandomGraphs.graph(42).toString());
        assertThat(RandomGraphs.graph(42).toString())
                .isNotEqualTo(RandomGraphs.graph(43).toString());
    }

    @Test
    void aFailedJobTellsTheSeed() {
        Engine closed = ExecutionEngineConformance.open("local[2]", Map.of());
        closed.close();

        assertThatThrownBy(() -> RandomGraphs.graph(7).run(closed, directory))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("RandomGraphs.graph(7L)");
    }

    /** Gives 1 when memory was too little, so that kept partitions went to disk though their level prefers memory. */
    private int run(Graph graph, UnaryOperator<Engine> wrapping) throws IOException {
        Path spill = directory.resolve("spill");
        Map<String, String> settings = new HashMap<>(graph.settings());
        settings.put("streaming.storage.dir", spill.toString());
        try (Engine engine = ExecutionEngineConformance.open("local[2]", settings)) {
            graph.run(wrapping.apply(engine), directory);
            boolean spills = graph.settings().containsKey(LITTLE_MEMORY)
                    && graph.levels().stream().allMatch(StorageLevel::usesMemory)
                    && !files(spill).isEmpty();
            return spills ? 1 : 0;
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return new ArrayList<>(files.filter(Files::isRegularFile).toList());
        }
    }
}
