/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.store.RecordSerializer;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options by which a command gets to know the classes of the program that has written what it reads. */
final class Decoding {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--classpath",
            paramLabel = "JARS",
            defaultValue = "",
            description = "Jars of the program, to decode records of its classes; several as in a class path of Java.")
    @SuppressWarnings("NullAway.Init")
    private String classpath;

    @Option(
            names = "--register",
            paramLabel = "CLASSES",
            defaultValue = "",
            description = "Classes that the program registers by registerClasses, with commas between.")
    @SuppressWarnings("NullAway.Init")
    private String register;

    /** Makes the classes known to this thread, until it is closed. */
    Classes open() throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String jar : classpath.split(File.pathSeparator, -1)) {
            if (!jar.isEmpty()) {
                jars.add(url(jar));
            }
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        URLClassLoader loader = new URLClassLoader(jars.toArray(URL[]::new), Decoding.class.getClassLoader());
        thread.setContextClassLoader(loader);
        boolean opened = false;
        try {
            Classes classes = new Classes(loader, before, new RecordSerializer(registered(loader), Map.of(), ""));
            opened = true;
            return classes;
        } finally {
            if (!opened) {
                thread.setContextClassLoader(before);
                loader.close();
            }
        }
    }

    private URL url(String jar) throws MalformedURLException {
        Path path = Path.of(jar);
        if (!Files.exists(path)) {
            throw JobFolder.usage(spec, "ACQ-2266 there is no jar at " + jar + ": check the path after --classpath");
        }
        return path.toUri().toURL();
    }

    private Set<Class<?>> registered(ClassLoader loader) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (String name : register.split(",", -1)) {
            if (!name.isBlank()) {
                try {
                    classes.add(Class.forName(name.trim(), false, loader));
                } catch (ClassNotFoundException | LinkageError e) {
                    throw JobFolder.usage(
                            spec,
                            "ACQ-2267 there is no class " + name.trim()
                                    + ": check the spelling after --register, or add its jar with --classpath");
                }
            }
        }
        return classes;
    }

    /** Known classes; of the thread that opened them. */
    record Classes(URLClassLoader loader, ClassLoader before, RecordSerializer serializer) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            Thread.currentThread().setContextClassLoader(before);
            loader.close();
        }
    }
}
