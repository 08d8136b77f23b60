/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlanTest {
    private static List<Portion> full() {
        List<Portion> all = new ArrayList<>();
        for (int part = 1; part <= Plan.PARTS; part++) {
            all.addAll(Plan.part(part));
        }
        return all;
    }

    private static Duration shares(List<Portion> portions) {
        return portions.stream().map(Portion::share).reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void thePartsTogetherAreTheFullNumbers() {
        Map<String, Integer> numbers = new TreeMap<>();
        full().forEach(portion -> numbers.merge(portion.name(), portion.n(), Integer::sum));

        assertThat(numbers)
                .isEqualTo(new TreeMap<>(Map.ofEntries(
                        Map.entry("kill-random", 500),
                        Map.entry("kill-places", 3),
                        Map.entry("kill-nested", 100),
                        Map.entry("stop", 200),
                        Map.entry("break", 200),
                        Map.entry("receiver-kill", 1000),
                        Map.entry("disk", 1000),
                        Map.entry("receiver", 1000),
                        Map.entry("hostile", 100_000),
                        Map.entry("controls", 1),
                        Map.entry("sim F11", 42_000),
                        Map.entry("sim F15", 10_000),
                        Map.entry("sim F18", 1000),
                        Map.entry("sim F19", 100),
                        Map.entry("sim F20", 100),
                        Map.entry("sim F21", 10_000),
                        Map.entry("sim F25", 10_000),
                        Map.entry("sim F26", 10),
                        Map.entry("sim F27", 1000),
                        Map.entry("sim F28", 10_000),
                        Map.entry("sim F29", 10_000),
                        Map.entry("sim F39", 1000))));
    }

    @Test
    void eachFaultIsInOnePartUnlessItsSeedsAreSpread() {
        Set<String> seen = new HashSet<>();
        Map<String, Long> spread = new TreeMap<>();
        for (Portion portion : full()) {
            if (portion.rig().equals("sim")) {
                assertThat(portion.ahead()).isEqualTo(spread.getOrDefault(portion.name(), 0L));
                spread.merge(portion.name(), (long) portion.n(), Long::sum);
            } else {
                assertThat(seen.add(portion.name())).as(portion.name()).isTrue();
            }
        }
    }

    @Test
    void everyFaultOfTheSimulatorIsInTheFullRun() {
        assertThat(full().stream()
                        .filter(portion -> portion.rig().equals("sim"))
                        .map(Portion::only)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(SimRig.faults());
    }

    @Test
    void theSharesFit() {
        assertThat(shares(Plan.CI)).isLessThanOrEqualTo(Duration.ofMinutes(5));
        for (int part = 1; part <= Plan.PARTS; part++) {
            assertThat(shares(Plan.part(part))).as("part " + part).isLessThanOrEqualTo(Duration.ofMinutes(20));
        }
    }

    @Test
    void eachCommitMeetsEveryRigOfTheFullRun() {
        assertThat(Plan.CI.stream().map(Portion::rig))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        full().stream().map(Portion::rig).distinct().toList());
    }

    @Test
    void aCommandDoesTheSameAgain() {
        Portion portion = new Portion("sim", "F11", 300, 600, Duration.ofSeconds(9));

        assertThat(portion.command(7)).isEqualTo("bin/faults sim --only F11 --n 300 --seed 607");
        List<String> arguments = List.of(portion.command(7).split(" ", -1));
        FaultsRequest again =
                FaultsRequest.of(arguments.subList(1, arguments.size())).orElseThrow();
        assertThat(again.rig()).isEqualTo("sim");
        assertThat(again.n(1)).isEqualTo(portion.request(7).n(1));
        assertThat(again.seed()).isEqualTo(portion.request(7).seed());
        assertThat(again.only()).isEqualTo(portion.request(7).only());
    }

    @Test
    void aPartThatThereIsNotIsRefused() {
        assertThatThrownBy(() -> Plan.part(0)).hasMessageStartingWith("ACQ-3145 ");
        assertThatThrownBy(() -> Plan.part(Plan.PARTS + 1)).hasMessageStartingWith("ACQ-3145 ");
    }
}
