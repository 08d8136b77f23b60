/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

/** What a source may be able to do beyond its duty. One that lacks something says so in {@link Abilities}. */
public enum Ability {
    /** A record that was given back comes again on the same connection; without it, on the next one. */
    REDELIVERS_AFTER_NACK,
    /** Records come in the order of publishing, as long as no connection breaks. */
    PRESERVES_ORDER,
    /** Deliveries have positions, by which a repeated one is recognised. */
    REPLAYS_FROM_OFFSET,
    /** What is published while the receiver is held back waits for it. */
    BACKPRESSURES_SENDER
}
