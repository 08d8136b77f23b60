/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.engine.Downstream;

/** A stage that passes on everything but the records. */
abstract class Stage<T, R> implements Downstream<T> {
    final Downstream<R> down;

    Stage(Downstream<R> down) {
        this.down = down;
    }

    @Override
    public void begin() throws Exception {
        down.begin();
    }

    @Override
    public boolean wantsMore() {
        return down.wantsMore();
    }

    @Override
    public void end() throws Exception {
        down.end();
    }

    @Override
    public void close() {
        down.close();
    }
}
