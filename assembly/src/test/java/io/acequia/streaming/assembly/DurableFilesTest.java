/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import io.acequia.streaming.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a job keeps goes through a {@code Storage} that its engine opened. So each write, force, rename and delete can fail and
 * can be the last, in the simulator and in the rigs that end processes, and none is forgotten.
 */
class DurableFilesTest {
    private static final String BASE = "io.acequia.streaming.";
    private static final String[] KEEPERS = {
        BASE + "internal.log..",
        BASE + "internal.checkpoint..",
        BASE + "internal.ingest..",
        BASE + "internal.schedule.."
    };

    /** Who opens a storage, or hands on one that was opened: the engine, wherever it is met. */
    private static final Set<String> OPENERS =
            Set.of(BASE + "engine.Engine", BASE + "engine.ReceiverTask$Host", BASE + "engine.StorageTask");

    private static final JavaClasses CORE = Repository.classes(List.of("streaming-core"));

    @Test
    void whatAJobKeepsIsNoFileOfItsOwn() {
        touchNoFiles(KEEPERS).check(CORE);
    }

    @Test
    void aStorageIsOpenedByTheEngineAlone() {
        openNoStorage(KEEPERS).check(CORE);
        makeNoStorage(KEEPERS).check(CORE);
    }

    @Test
    void whatIsForbiddenWouldBeFound() {
        String files = BASE + "internal.store..";
        String opener = BASE + "internal.local..";

        assertThat(touchNoFiles(files).evaluate(CORE).hasViolation()).isTrue();
        assertThat(openNoStorage(opener).evaluate(CORE).hasViolation()).isTrue();
        assertThat(makeNoStorage(files).evaluate(CORE).hasViolation()).isTrue();
    }

    private static ArchRule touchNoFiles(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .should()
                .dependOnClassesThat(describe("touch files", DurableFilesTest::touchesFiles))
                .because(
                        "a file that no storage makes is neither lost by the simulator nor ended at by the rigs: use the"
                                + " storage of the job");
    }

    private static boolean touchesFiles(JavaClass type) {
        boolean name = type.isAssignableTo(Throwable.class) || type.isEquivalentTo(Path.class);
        boolean file = type.getPackageName().equals("java.nio.file")
                || type.getPackageName().startsWith("java.nio.channels")
                || type.getPackageName().equals("java.io")
                        && type.getSimpleName().matches(".*File.*");
        return file && !name;
    }

    private static ArchRule openNoStorage(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .should()
                .callMethodWhere(opensAStorage(packages))
                .because("only a storage that the engine opened has its failpoints: ask Engine.storage,"
                        + " ReceiverTask.Host.storage or StorageTask.storage")
                .allowEmptyShould(true);
    }

    /** A method that gives a storage from outside of these packages. */
    private static DescribedPredicate<JavaMethodCall> opensAStorage(String... packages) {
        return describe("open a storage", call -> {
            AccessTarget.MethodCallTarget target = call.getTarget();
            JavaClass owner = target.getOwner();
            return target.getRawReturnType().isAssignableTo(Storage.class)
                    && !OPENERS.contains(owner.getName())
                    && (!resideInAnyPackage(packages).test(owner) || isForeign(target, packages));
        });
    }

    /** A method that is inherited from elsewhere. */
    private static boolean isForeign(AccessTarget.MethodCallTarget target, String... packages) {
        return target.resolveMember()
                .map(JavaCodeUnit::getOwner)
                .filter(owner -> !resideInAnyPackage(packages).test(owner))
                .isPresent();
    }

    private static ArchRule makeNoStorage(String... packages) {
        return noClasses()
                .that(resideInAnyPackage(packages))
                .should()
                .dependOnClassesThat(are(describe(
                        "are a kind of storage",
                        type -> type.isAssignableTo(Storage.class) && !type.isEquivalentTo(Storage.class))))
                .because("a storage of its own, or around one, would hide what the rigs break");
    }
}
