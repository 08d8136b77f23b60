/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;

/** Everything a function of a user may throw, and more than its signature says. */
enum Thrown {
    UNCHECKED(IllegalStateException.class),
    NULL_POINTER(NullPointerException.class),
    CHECKED(IOException.class),
    CHECKED_OF_THE_USER(Misfit.class),
    BARE_THROWABLE(Throwable.class),
    ASSERTION(AssertionError.class),
    LINKAGE(NoClassDefFoundError.class),
    STACK_OVERFLOW(StackOverflowError.class),
    OUT_OF_MEMORY(OutOfMemoryError.class),
    INTERNAL(InternalError.class),
    INTERRUPTED(InterruptedException.class),
    AFTER_AN_INTERRUPT(IllegalStateException.class),
    WITHOUT_MESSAGE(Speechless.class);

    private final Class<? extends Throwable> type;

    Thrown(Class<? extends Throwable> type) {
        this.type = type;
    }

    static Thrown of(Throwable thrown) {
        for (Thrown each : values()) {
            if (each.type == thrown.getClass()) {
                return each;
            }
        }
        throw new IllegalArgumentException(thrown.toString());
    }

    Class<? extends Throwable> type() {
        return type;
    }

    /** Throws; never returns. */
    <T> T thrown(T record) throws Exception {
        switch (this) {
            case UNCHECKED -> throw new IllegalStateException("of the test: " + record);
            case NULL_POINTER -> throw new NullPointerException("of the test: " + record);
            case CHECKED -> throw new IOException("of the test: " + record);
            case CHECKED_OF_THE_USER -> throw new Misfit("of the test: " + record);
            case BARE_THROWABLE -> sneaky(new Throwable("of the test: " + record));
            case ASSERTION -> throw new AssertionError("of the test: " + record);
            case LINKAGE -> throw new NoClassDefFoundError("of the test: " + record);
            case STACK_OVERFLOW -> throw new IllegalStateException("not deep enough: " + deeper(record));
            case OUT_OF_MEMORY -> throw new OutOfMemoryError("of the test: " + record);
            case INTERNAL -> throw new InternalError("of the test: " + record);
            case INTERRUPTED -> throw new InterruptedException("of the test: " + record);
            case AFTER_AN_INTERRUPT -> {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("of the test, after an interrupt: " + record);
            }
            case WITHOUT_MESSAGE -> throw new Speechless();
        }
        throw new AssertionError(this + " did not throw");
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack ends
    private static <T> int deeper(T record) {
        return deeper(record) + 1;
    }

    /** Throws what the signature does not say. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <E extends Throwable> void sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    /** A checked exception of the user's own. */
    static final class Misfit extends Exception {
        Misfit(String message) {
            super(message);
        }
    }

    /** An exception that fails again when someone wants to read it. */
    static final class Speechless extends RuntimeException {
        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("this exception has no message");
        }
    }
}
