/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.StreamingContext;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** A class with a main method, and the class loader it lives in. */
final class Program implements AutoCloseable {
    private static final String EXAMPLES = "io.acequia.streaming.examples.";

    private final Method main;
    private final URLClassLoader loader;

    private Program(Method main, URLClassLoader loader) {
        this.main = main;
        this.loader = loader;
    }

    /**
     * Finds a program.
     *
     * @param name simple name of an example or full name of a class; absent: the Main-Class of {@code jar}
     * @param jar to look in, after the class path
     * @throws IllegalArgumentException when there is no such program
     */
    static Program load(@Nullable String name, @Nullable Path jar) throws IOException {
        if (jar != null && !Files.isRegularFile(jar)) {
            throw new IllegalArgumentException("ACQ-2202 there is no jar at " + jar + ": check the path after --jar");
        }
        String className = name != null ? name : mainClass(jar);
        URL[] urls = jar == null ? new URL[0] : new URL[] {jar.toUri().toURL()};
        URLClassLoader loader = new URLClassLoader(urls, Program.class.getClassLoader());
        try {
            return new Program(mainMethod(find(className, loader)), loader);
        } catch (IllegalArgumentException e) {
            loader.close();
            throw e;
        }
    }

    String name() {
        return main.getDeclaringClass().getSimpleName();
    }

    /** The lines that a demo sends to it: a resource {@code NAME.demo} beside the class; empty when there is none. */
    List<String> demoLines() throws IOException {
        try (InputStream text = main.getDeclaringClass().getResourceAsStream(name() + ".demo")) {
            return text == null
                    ? List.of()
                    : new String(text.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList();
        }
    }

    /**
     * Calls the main method on the calling thread, and waits for a stream that it leaves running; throws what it throws, or
     * what ended the stream.
     */
    void run(String[] arguments) throws Throwable {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            main.invoke(null, (Object) arguments);
            Optional<StreamingContext> running = StreamingContext.active();
            if (running.isPresent()) {
                running.get().awaitTermination();
            }
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    private static String mainClass(@Nullable Path jar) throws IOException {
        if (jar == null) {
            throw new IllegalArgumentException(
                    "ACQ-2203 no program was named: give an example, a class, or --jar with a Main-Class");
        }
        try (JarFile file = new JarFile(new File(jar.toString()))) {
            Manifest manifest = file.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
            if (name == null) {
                throw new IllegalArgumentException(
                        "ACQ-2204 " + jar + " has no Main-Class in its manifest: name the class to run after it");
            }
            return name;
        }
    }

    private static Class<?> find(String name, ClassLoader loader) {
        List<String> candidates = name.indexOf('.') < 0 ? List.of(EXAMPLES + name, name) : List.of(name);
        for (String candidate : candidates) {
            try {
                return Class.forName(candidate, false, loader);
            } catch (ClassNotFoundException | NoClassDefFoundError e) {
                // the next candidate; a name in other letters is a NoClassDefFoundError on some file systems
            }
        }
        throw new IllegalArgumentException("ACQ-2205 there is no program '" + name + "': no class "
                + String.join(" or ", candidates) + " on the class path; check the spelling or add its jar with --jar");
    }

    private static Method mainMethod(Class<?> type) {
        try {
            Method main = type.getMethod("main", String[].class);
            if (Modifier.isStatic(main.getModifiers()) && main.getReturnType() == void.class) {
                main.setAccessible(true);
                return main;
            }
        } catch (NoSuchMethodException e) {
            // the same answer as for a method of another form
        }
        throw new IllegalArgumentException(
                "ACQ-2206 " + type.getName() + " is no program: it needs a 'public static void main(String[] args)'");
    }
}
