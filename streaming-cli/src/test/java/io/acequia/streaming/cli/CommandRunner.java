/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs the command line inside a test. */
record CommandRunner(int exitCode, String out, String err) {
    static CommandRunner acequia(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Acequia.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new CommandRunner(code, out.toString(), err.toString());
    }
}
