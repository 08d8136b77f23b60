/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.List;

/**
 * A fault that the doctor has found.
 *
 * @param code of the error
 * @param what is wrong
 * @param where it shows
 * @param todo against it
 */
record Finding(String code, String what, String where, String todo) {

    /** One place for many: the first, and how many there are besides. */
    static String first(List<String> places) {
        String first = Printable.line(places.get(0));
        return places.size() == 1 ? first : first + " and " + (places.size() - 1) + " more";
    }

    /** All of it in one line. */
    String line() {
        return code + " " + what + ": " + where + "; " + todo;
    }
}
