/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.function.Function;
import java.util.List;

/** A source without records, whose planner does what the test says. */
record DirectInput(String name, Function<Time, String> onPlan, Function<String, String> onOpen)
        implements DirectSource<String> {
    static DirectInput quiet(String name) {
        return new DirectInput(name, time -> "0", any -> any);
    }

    @Override
    public SplitPlanner<String> newPlanner(PlannerContext context) throws Exception {
        onOpen.call(name);
        return (batch, maxRecords) -> new Plan<>(List.of(), onPlan.call(batch));
    }
}
