/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.spark.deploy.SparkSubmit;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A standalone cluster of Spark on this machine: a master and workers, each a process, which start executors. What executors find by
 * themselves is Spark and nothing else; the program, the engine and the test are JARs that a submission brings. All processes end with
 * this one.
 */
final class StandaloneCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final Duration SOON = Duration.ofSeconds(30);
    /** That of this process, unless it has more than these tests need. */
    private static final String CLASS_PATH =
            System.getProperty("acequia.spark.classpath", System.getProperty("java.class.path"));

    private final Path directory;
    private final String sparkJars;
    private final Set<String> programJars = new LinkedHashSet<>();
    private final List<ProcessHandle> orphans = new ArrayList<>();
    private final ChildJvm master;
    private final List<ChildJvm> workers = new ArrayList<>();
    private final String url;
    private final int coresEach;

    /** Starts it; the processes keep their files in {@code directory}. */
    StandaloneCluster(Path directory, int workerCount, int coresEach) throws IOException {
        this.directory = directory;
        this.coresEach = coresEach;
        this.sparkJars = layOut();
        Path address = directory.resolve("master");
        master = daemon("master", List.of("master", address.toString()));
        boolean started = false;
        try {
            url = "spark://" + HOST + ":" + port(address);
            for (int i = 0; i < workerCount; i++) {
                startWorker();
            }
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** One more. */
    void startWorker() throws IOException {
        String number = String.valueOf(workers.size());
        workers.add(daemon(
                "worker" + number,
                List.of(
                        "worker",
                        url,
                        String.valueOf(coresEach),
                        directory.resolve("work" + number).toString())));
    }

    /** Spark's JARs in a home of Spark, what executors have; the other parts of the class path as JARs of a program. */
    private String layOut() throws IOException {
        Path jars = Files.createDirectories(directory.resolve("home").resolve("jars"));
        Path own = Files.createDirectories(directory.resolve("program"));
        for (String part : CLASS_PATH.split(File.pathSeparator)) {
            Path path = Path.of(part);
            String name = path.getFileName().toString();
            if (Files.isDirectory(path)) {
                programJars.add(
                        jar(path, own.resolve(programJars.size() + ".jar")).toString());
            } else if (name.matches("(streaming|kryo5|kafka-clients)-.*")) {
                programJars.add(part);
            } else if (!name.matches(
                    "(junit|assertj|byte-buddy|opentest4j|apiguardian|surefire|testcontainers|docker-java|jna-|duct-tape).*")) {
                Path link = jars.resolve(name);
                if (!Files.exists(link)) {
                    Files.createSymbolicLink(link, path);
                }
            }
        }
        return jars + File.separator + "*";
    }

    private static Path jar(Path classes, Path to) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(to));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, jar);
            }
        }
        return to;
    }

    private ChildJvm daemon(String name, List<String> arguments) throws IOException {
        return new ChildJvm(
                StandaloneDaemon.class.getName(),
                CLASS_PATH,
                options("-Xmx192m"),
                arguments,
                variables(),
                Redirect.appendTo(directory.resolve(name + ".log").toFile()));
    }

    private Map<String, String> variables() {
        return Map.of(
                "SPARK_HOME",
                directory.resolve("home").toString(),
                "SPARK_SCALA_VERSION",
                "2.13",
                "SPARK_LOCAL_IP",
                HOST,
                "SPARK_LOCAL_DIRS",
                directory.resolve("local").toString());
    }

    private List<String> options(String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.add("-Djava.io.tmpdir=" + directory);
        options.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        return options;
    }

    /** A file that has its name when it is whole. */
    private int port(Path address) throws IOException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!Files.exists(address)) {
            try {
                if (master.awaitEnd(Duration.ofMillis(50)) || System.nanoTime() > deadline) {
                    throw new IOException("the master did not start");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
        return Integer.parseInt(Files.readString(address));
    }

    String url() {
        return url;
    }

    /** Submits a program that is on the class path of this process; its driver is the process that comes back. */
    ChildJvm submit(Class<?> main, Map<String, String> conf, List<String> arguments) throws IOException {
        return submit(url, main.getName(), List.copyOf(programJars), conf, arguments);
    }

    /** Submits a program to a master; its class is in the first JAR, the others go with it. */
    ChildJvm submit(String master, String main, List<String> jars, Map<String, String> conf, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("--master", master, "--class", main));
        command.addAll(List.of("--jars", String.join(",", jars.subList(1, jars.size()))));
        settings(conf).forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
        command.add(jars.get(0));
        command.addAll(arguments);
        return driver(SparkSubmit.class.getName(), sparkJars, List.of(), command);
    }

    /** Runs a program as any other, with these JARs and those of Spark on its class path; Spark ships the JARs to its executors. */
    ChildJvm run(String main, List<String> jars, List<String> arguments) throws IOException {
        List<String> options =
                new ArrayList<>(List.of("-Dstreaming.master=" + url, "-Dspark.jars=" + String.join(",", jars)));
        settings(Map.of()).forEach((key, value) -> options.add("-D" + key + "=" + value));
        // Spark's own come first, as in its executors: acequia-all has a library of Scala for Akka, which need not be
        // that of Spark.
        return driver(main, sparkJars + File.pathSeparator + String.join(File.pathSeparator, jars), options, arguments);
    }

    private static Map<String, String> settings(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(more);
        all.put("spark.ui.enabled", "false");
        all.put("spark.driver.host", HOST);
        all.put("spark.driver.bindAddress", HOST);
        all.put("spark.executor.memory", "500m");
        all.put("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto");
        // Else blocks of an executor that is gone are read from its files.
        all.put("spark.shuffle.readHostLocalDisk", "false");
        return all;
    }

    private ChildJvm driver(String main, String classPath, List<String> more, List<String> arguments)
            throws IOException {
        List<String> options = options("-Xmx520m", "-Dspark.shutdown.timeout=2m");
        options.addAll(more);
        return new ChildJvm(
                main,
                classPath,
                options,
                arguments,
                variables(),
                Redirect.appendTo(directory.resolve("driver.log").toFile()));
    }

    /** Kills an executor, whichever; its worker starts another one. */
    void killAnExecutor() {
        boolean killed = workers.stream()
                .flatMap(worker -> ProcessHandle.of(worker.pid()).stream())
                .flatMap(ProcessHandle::children)
                .findFirst()
                .orElseThrow()
                .destroyForcibly();
        if (!killed) {
            throw new IllegalStateException("the executor could not be killed");
        }
    }

    /** Sends a signal, by its name, to a process, which must be there. */
    static void signal(String name, long pid) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("no process " + pid + " took " + name);
        }
    }

    /** Kills the worker whose executor this is; the executor ends by itself then. */
    void killWorkerOf(long executor) throws InterruptedException {
        long parent = ProcessHandle.of(executor)
                .flatMap(ProcessHandle::parent)
                .orElseThrow()
                .pid();
        ChildJvm worker = workers.stream()
                .filter(each -> each.pid() == parent)
                .findFirst()
                .orElseThrow();
        ProcessHandle.of(parent).stream().flatMap(ProcessHandle::children).forEach(orphans::add);
        worker.kill();
    }

    /** The ends of the logs of all processes, for who wants to know why. */
    String logs() {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path log : files.filter(file -> file.toString().endsWith(".log") || file.endsWith("stderr"))
                    .toList()) {
                List<String> lines = Files.readAllLines(log);
                all.append("==== ").append(log).append('\n');
                lines.subList(Math.max(0, lines.size() - 60), lines.size())
                        .forEach(line -> all.append(line).append('\n'));
            }
        } catch (IOException | UncheckedIOException e) {
            all.append("and no more, since processes delete their files: ").append(e);
        }
        return all.toString();
    }

    /** Waits until no process is left. */
    @Override
    public void close() {
        workers.forEach(worker -> ProcessHandle.of(worker.pid()).stream()
                .flatMap(ProcessHandle::children)
                .forEach(orphans::add));
        try {
            for (ChildJvm worker : workers) {
                worker.kill();
            }
            master.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        orphans.forEach(ProcessHandle::destroyForcibly);
        orphans.forEach(orphan -> orphan.onExit().join());
        try (Stream<Path> links = Files.list(directory.resolve("home").resolve("jars"))) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
