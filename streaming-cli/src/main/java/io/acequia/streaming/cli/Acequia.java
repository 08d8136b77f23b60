/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code acequia run …}, {@code acequia config …}. */
@Command(
        name = "acequia",
        description = "Runs streams and explains their settings.",
        versionProvider = Acequia.Version.class,
        subcommands = {RunCommand.class, ConfigCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Try:  acequia run NetworkWordCount --demo",
            "Exit codes: 0 ok, 1 the job failed, 2 the command was not understood."
        })
public final class Acequia {
    static final int OK = 0;
    static final int JOB_FAILED = 1;
    static final int USAGE = 2;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    private Acequia() {}

    /** Runs one command and leaves with its exit code; with 0 the JVM ends when its threads do, as with {@code java}. */
    public static void main(String[] args) {
        int code = execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
        if (code != OK) {
            System.exit(code);
        }
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Acequia())
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Acequia::refuse)
                .execute(args.length == 0 ? new String[] {"--help"} : args);
    }

    private static int refuse(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("acequia: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    /** The version of the jar, and of what runs it. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Acequia.class.getPackage().getImplementationVersion();
            return new String[] {
                "Acequia " + (version == null ? "(not packaged)" : version) + " on Java "
                        + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
            };
        }
    }
}
