/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.util.NoSuchElementException;
import java.util.Optional;

/** The state of one key, inside the function given to {@code mapWithState}. Not to be kept. */
public interface State<X> {
    /** Whether there is a state. */
    boolean exists();

    /**
     * The state.
     *
     * @throws NoSuchElementException when there is none
     */
    X get();

    /** The state, when there is one. */
    Optional<X> getOption();

    /**
     * Sets the state. An object that was changed in place counts as changed only when it is given here, and past batches see the
     * change too: better make a new one. Refused after {@link #remove()} and while timing out.
     */
    void update(X value);

    /** Removes the state; refused a second time and while timing out. */
    void remove();

    /** Whether the key is being removed because it was idle for too long. */
    boolean isTimingOut();
}
