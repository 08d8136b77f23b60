/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import java.util.concurrent.atomic.LongAdder;

/** What the receivers of a source met beside its posts. Any thread. */
final class Counts {
    final LongAdder deletions = new LongAdder();
    final LongAdder withheld = new LongAdder();
    final LongAdder stallWarnings = new LongAdder();
    final LongAdder others = new LongAdder();
    final LongAdder duplicates = new LongAdder();
}
