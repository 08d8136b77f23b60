/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.OperatorException;
import java.io.Serializable;

/**
 * The identity of an operation in a program: what it is called, where it was written, its uid and its policy for records
 * that its function cannot take. Uid and policy are settled before the context starts; then the site travels with the
 * operators.
 */
public final class Site implements Serializable {
    private final String operator;
    private final String callSite;
    private String uid;
    private ErrorPolicy policy = ErrorPolicy.fail();

    private Site(String operator, String callSite) {
        this.operator = operator;
        this.callSite = callSite;
        this.uid = operator + "@" + callSite;
    }

    /** The operation that the program is asking for right now. */
    public static Site of(String operator) {
        return new Site(operator, CallSite.here());
    }

    public String operator() {
        return operator;
    }

    public String callSite() {
        return callSite;
    }

    public String uid() {
        return uid;
    }

    public void uid(String uid) {
        this.uid = uid;
    }

    /** Whether records may be left out, and letters written under the uid. */
    public boolean tolerant() {
        return !(policy instanceof ErrorPolicy.Fail);
    }

    public void policy(ErrorPolicy policy) {
        this.policy = policy;
    }

    /** What one task does with the records that this operation's function cannot take. */
    RecordErrors errors(TaskContext task) {
        return RecordErrors.of(this, policy, task);
    }

    /** Wraps what a function of the user threw; leaves alone what says already where it comes from. */
    public Exception failure(TaskContext task, Throwable thrown) {
        if (thrown instanceof VirtualMachineError error) {
            throw error;
        }
        boolean cancelled = thrown instanceof InterruptedException && task.isCancelled();
        if (thrown instanceof OperatorException || cancelled) {
            return (Exception) thrown;
        }
        return new OperatorException(operator, callSite, task, thrown);
    }

    @Override
    public String toString() {
        return operator + " at " + callSite;
    }
}
