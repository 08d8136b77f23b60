/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.testkit.RandomStreams.Fault;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import io.acequia.streaming.testkit.RandomStreams.Outcome;
import io.acequia.streaming.testkit.RandomStreams.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows and state are what a brute-force model says, in many programs; and these find a model that is wrong. */
@Timeout(1800)
class RandomStreamsTest {
    /** How many programs run; {@code -Dacequia.random.streams=10000} for more. */
    private static final int PROGRAMS = Integer.getInteger("acequia.random.streams", 1_000);

    private static final int SURVEYED = 1_000;
    private static final int OFTEN = 40;
    private static final int CAUGHT_WITHIN = 100;
    private static final int AT_THE_SAME_TIME = 2;

    @TempDir
    Path directory;

    @Test
    void theProgramsHaveEveryFeatureOften() {
        List<Program> programs = LongStream.rangeClosed(1, SURVEYED)
                .mapToObj(RandomStreams::program)
                .toList();
        Map<Feature, Integer> features = RandomStreams.features(programs);

        assertThat(features).containsOnlyKeys(Feature.values());
        assertThat(features).allSatisfy((feature, count) -> assertThat(count).isGreaterThanOrEqualTo(OFTEN));
        assertThat(programs).allMatch(program -> program.batches() >= 5 && program.batches() <= 30);
        for (Feature third : List.of(Feature.LITTLE_MEMORY, Feature.COPIED_FUNCTIONS, Feature.CONCURRENT_BATCHES)) {
            assertThat(features.get(third)).isBetween(SURVEYED / 4, SURVEYED / 2);
        }
    }

    @Test
    void theLocalEngineEqualsTheModel() throws Exception {
        List<Callable<Outcome>> runs = new ArrayList<>();
        List<Program> programs = new ArrayList<>();
        for (long seed = 1; seed <= PROGRAMS; seed++) {
            Program program = RandomStreams.program(seed);
            programs.add(program);
            runs.add(() -> program.run(conf()));
        }
        int failures = 0;
        int spilled = 0;
        int restarts = 0;
        ExecutorService threads = Executors.newFixedThreadPool(AT_THE_SAME_TIME);
        try {
            for (Future<Outcome> run : threads.invokeAll(runs)) {
                failures += run.get().failures();
                restarts += run.get().restarts();
                spilled += run.get().spilledPages() > 0 ? 1 : 0;
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        } finally {
            threads.shutdownNow();
        }
        Map<Feature, Integer> features = RandomStreams.features(programs);
        System.out.println(PROGRAMS + " random streams equal the model and overcame " + failures + " failures and "
                + restarts + " restarts, "
                + spilled + " of them with state on disk; rarest: "
                + features.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow() + " of " + features);

        assertThat(failures).isGreaterThan(PROGRAMS / 10);
        assertThat(restarts).isGreaterThan(PROGRAMS / 2);
        assertThat(spilled).isGreaterThanOrEqualTo(PROGRAMS / 40);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aModelWithAFaultIsCaught(Fault fault) {
        AssertionError caught = null;
        long seed = 0;
        while (caught == null && seed < CAUGHT_WITHIN) {
            seed++;
            try {
                RandomStreams.program(seed, fault).run(conf());
            } catch (AssertionError e) {
                caught = e;
            }
        }
        System.out.println(fault + " was " + (caught == null ? "NOT caught" : "caught by program " + seed));

        assertThat(caught).as("%s in %d programs", fault, seed).isNotNull();
        assertThat(caught.getMessage())
                .startsWith("RandomStreams.program(" + seed + "L, Fault." + fault + ")")
                .containsSubsequence(": batch ", "must be ", "but was ");
    }

    @Test
    void theSameSeedGivesTheSameProgram() {
        assertThat(RandomStreams.program(42))
                .hasToString(RandomStreams.program(42).toString());
        assertThat(RandomStreams.program(42).toString())
                .isNotEqualTo(RandomStreams.program(43).toString());
    }

    @Test
    void aProgramThatCannotRunTellsTheSeed() {
        assertThatThrownBy(() -> RandomStreams.program(7).run(conf().setMaster("nowhere")))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("RandomStreams.program(7L)");
    }

    private StreamingConf conf() {
        return StreamingConf.withoutDefaults()
                .setMaster("local[2]")
                .setAppName("random")
                .set(StreamingConf.STORAGE_DIR, directory.toString());
    }
}
