/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.EngineProvider;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Serves {@code local}, {@code local[n]} and {@code local[*]}. */
public final class LocalEngineProvider implements EngineProvider {
    private static final Pattern MASTER = Pattern.compile("local(?:\\[(\\*|[1-9][0-9]{0,3})])?");

    @Override
    public boolean accepts(String master) {
        return master.equals("local") || master.startsWith("local[");
    }

    /**
     * Opens an engine; its workers start at once.
     *
     * @throws IllegalArgumentException when the number of workers is not one
     */
    @Override
    public Engine open(String master, Settings settings) {
        Matcher form = MASTER.matcher(master);
        if (!form.matches()) {
            throw new IllegalArgumentException("ACQ-0524 master '" + master
                    + "': must be local, local[n] with n from 1 to 9999, or local[*] for all processors");
        }
        return new LocalEngine(slots(form.group(1)), settings);
    }

    private static int slots(@Nullable String number) {
        if (number == null) {
            return 1;
        }
        return number.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(number);
    }
}
