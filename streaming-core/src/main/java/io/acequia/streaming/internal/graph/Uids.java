/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.internal.operator.Site;
import java.util.HashMap;
import java.util.Map;

/**
 * Uids of nodes and outputs: the one given, else derived from the chain of operations that leads there, never from lines,
 * lambda names or running numbers. Equal chains are told apart by a count; with a checkpoint directory that is an error,
 * because the count depends on the order of definition.
 */
final class Uids {
    private static final int LONGEST = 200;

    private final boolean durable;
    private final Map<String, Site> owners = new HashMap<>();

    Uids(boolean durable) {
        this.durable = durable;
    }

    static String checked(String uid, Site site) {
        if (uid.isBlank() || uid.length() > LONGEST || !uid.chars().allMatch(c -> c >= ' ')) {
            throw new IllegalArgumentException(
                    "ACQ-0908 uid '" + uid + "' of " + site + ": must be 1 to " + LONGEST + " printable characters");
        }
        return uid;
    }

    /** Claims a uid that the program gave: it must be the only one. */
    String given(String uid, Site site) {
        Site owner = owners.putIfAbsent(uid, site);
        if (owner != null) {
            throw new IllegalStateException("ACQ-0909 uid '" + uid + "' is used twice, by " + owner + " and by " + site
                    + ": give each its own");
        }
        return uid;
    }

    /** Claims a derived uid for something that owns durable data or is a key of an output. */
    String derived(String chain, Site site) {
        Site owner = owners.putIfAbsent(chain, site);
        if (owner == null) {
            return chain;
        }
        if (durable) {
            throw new IllegalStateException("ACQ-0910 " + owner + " and " + site + " would both be '" + chain
                    + "' in the checkpoint: add .uid(\"…\") to one of them");
        }
        int count = 2;
        while (owners.putIfAbsent(chain + "~" + count, site) != null) {
            count++;
        }
        return chain + "~" + count;
    }
}
