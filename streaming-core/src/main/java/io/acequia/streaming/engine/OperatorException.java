/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;

/** A function of the user threw inside a task; the cause is what it threw. */
public final class OperatorException extends Exception {
    private final String operator;
    private final String callSite;
    private final int partition;

    public OperatorException(String operator, String callSite, TaskContext task, Throwable cause) {
        super(
                "function of " + operator + " at " + callSite + " threw in partition " + task.partition() + ": "
                        + cause,
                cause);
        this.operator = operator;
        this.callSite = callSite;
        this.partition = task.partition();
    }

    /** Name of the operation, as the program spells it. */
    public String operator() {
        return operator;
    }

    /** Where the program wrote it. */
    public String callSite() {
        return callSite;
    }

    /** The partition in which it happened. */
    public int partition() {
        return partition;
    }
}
