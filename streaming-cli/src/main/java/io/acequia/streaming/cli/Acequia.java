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

/**
 * The command line: {@code acequia run …}, {@code describe}, {@code checkpoint}, {@code wal}, {@code deadletter}, {@code config},
 * {@code status}, {@code stop}, {@code shell}, {@code doctor}.
 */
@Command(
        name = "acequia",
        description =
                "Runs streams, looks into what they keep, explains their settings, and judges how they are packaged.",
        versionProvider = Acequia.Version.class,
        subcommands = {
            RunCommand.class,
            DescribeCommand.class,
            CheckpointCommand.class,
            WalCommand.class,
            DeadLetterCommand.class,
            ConfigCommand.class,
            StatusCommand.class,
            StopCommand.class,
            ShellCommand.class,
            DoctorCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Try:  acequia run NetworkWordCount --demo",
            "Exit codes:",
            "  0 ok",
            "  1 the job failed",
            "  2 the command was not understood",
            "  3 data is damaged or does not fit, and was refused",
            "  4 the job was told to stop, and left something undone"
        })
public final class Acequia {
    static final int OK = 0;
    static final int JOB_FAILED = 1;
    static final int USAGE = 2;

    /** Data is damaged or does not fit: to try again cannot help. */
    static final int DATA_REFUSED = 3;

    /** Told to stop by a signal, a job could not finish what it had. */
    static final int PARTIALLY_STOPPED = 4;

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

    /**
     * Runs one command and leaves with its exit code; with 0 the JVM ends when its threads do, as with {@code java}. A program
     * that was only looked at is halted: it would wait for its start in its shutdown hooks, too.
     */
    public static void main(String[] args) {
        int code = execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
        if (code != OK) {
            System.exit(code);
        }
        if (args.length > 0 && args[0].equals("describe")) {
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(OK);
        }
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return commandLine()
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Acequia::refuse)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command))
                .execute(args.length == 0 ? new String[] {"--help"} : args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Acequia()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static int refuse(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("acequia: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    private static int failed(Exception e, CommandLine command) {
        FailureReport.print(command.getCommandName(), e, command.getErr());
        return FailureReport.exitCode(e);
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
