/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An output operation: what is done with each batch of a node. */
public final class OutputNode implements Output {
    /** What is done. */
    @FunctionalInterface
    interface Action {
        void run(DatasetRdd<?> rdd, Time time) throws Exception;
    }

    private final StreamGraph graph;
    private final Site site;
    private final StreamNode input;
    private final Action action;
    private @Nullable String uid;
    private @Nullable String name;
    private @Nullable FailurePolicy policy;

    OutputNode(StreamGraph graph, Site site, StreamNode input, Action action) {
        this.graph = graph;
        this.site = site;
        this.input = input;
        this.action = action;
    }

    /** Runs the output on the RDD of a batch. Called on a thread that runs batches. */
    public void run(DatasetRdd<?> rdd, Time time) throws Exception {
        action.run(rdd, time);
    }

    public StreamNode input() {
        return input;
    }

    public Site site() {
        return site;
    }

    /** The policy given here, else none. */
    public Optional<FailurePolicy> policy() {
        return Optional.ofNullable(policy);
    }

    public String displayName() {
        return name == null ? site.operator() : name;
    }

    Optional<String> uid() {
        return Optional.ofNullable(uid);
    }

    @Override
    public Output uid(String uid) {
        graph.mustBeOpen("uid(\"" + uid + "\")");
        this.uid = Uids.checked(uid, site);
        return this;
    }

    @Override
    public Output name(String display) {
        graph.mustBeOpen("name(\"" + display + "\")");
        this.name = display;
        return this;
    }

    @Override
    public Output onError(FailurePolicy policy) {
        graph.mustBeOpen("onError");
        this.policy = policy;
        return this;
    }

    @Override
    public String toString() {
        return displayName() + (uid == null ? "" : " '" + uid + "'") + " at " + site.callSite();
    }
}
