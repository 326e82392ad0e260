package io.postern.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The walls that modules can't show: what Maven's dependencies allow by way of others, and what a
/// room may not touch though the JDK offers it.
@DisplayName("The walls")
class ArchitectureTest {
    /// What each room may use of the others; DESIGN's table with `testkit` and `bench` left out.
    private static final Map<String, List<String>> MAY_USE =
            Map.of(
                    "mail", List.of(),
                    "dns", List.of("mail"),
                    "auth", List.of("mail", "dns"),
                    "smtp", List.of("mail"),
                    "store", List.of("mail"),
                    "keys", List.of("mail", "dns", "auth", "store"),
                    "km", List.of("mail", "store", "keys"),
                    "gateway", List.of("mail", "dns", "auth", "smtp", "store", "keys"),
                    "admin", List.of("mail", "dns", "auth", "smtp", "store", "keys", "gateway"));

    /// Fewer would mean that the import went wrong and every rule below holds of nothing.
    private static final int LEAST_CLASSES = 200;

    private static final String[] PURE = {
        "io.postern.mail..", "io.postern.auth..", "io.postern.smtp"
    };

    private static JavaClasses house = new ClassFileImporter().importClasses();

    @BeforeAll
    static void read() {
        house =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.postern");
    }

    @Test
    @DisplayName("all of the house was seen")
    void size() {
        assertTrue(house.size() >= LEAST_CLASSES, house.size() + " classes");
        for (var room : MAY_USE.keySet()) {
            assertTrue(house.containPackage("io.postern." + room), room);
        }
    }

    @TestFactory
    @DisplayName("a room uses only those below it")
    Stream<DynamicTest> arrows() {
        return MAY_USE.entrySet().stream()
                .map(room -> {
                    var allowed =
                            Stream.concat(Stream.of(room.getKey()), room.getValue().stream())
                                    .map(name -> "io.postern." + name + "..")
                                    .toArray(String[]::new);
                    return DynamicTest.dynamicTest(
                            room.getKey() + " uses " + room.getValue(),
                            () ->
                                    noClasses()
                                            .that()
                                            .resideInAPackage("io.postern." + room.getKey() + "..")
                                            .should()
                                            .dependOnClassesThat(
                                                    resideInAPackage("io.postern..")
                                                            .and(not(resideInAnyPackage(allowed))))
                                            .check(house));
                });
    }

    @Test
    @DisplayName("no two packages use each other")
    void cycles() {
        slices().matching("io.postern.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    @DisplayName("mail, auth and the grammar of SMTP are pure: no sockets, SQL, logs or clock")
    void pure() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.nio.channels..", "java.sql..", "javax.net..", "org.slf4j..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.net\\.(.*Socket.*|HttpURLConnection|URLConnection|http\\..*)")
                .check(house);
    }

    @Test
    @DisplayName("only the commands and the testkit print")
    void noPrinting() {
        noClasses()
                .that()
                .resideInAPackage("io.postern..")
                .and()
                .resideOutsideOfPackages("io.postern.cli..", "io.postern.testkit..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(house);
    }

    @Test
    @DisplayName("time is an argument: nobody but the commands asks the system's clock")
    void noClock() {
        noClasses()
                .that()
                .resideInAPackage("io.postern..")
                .and()
                .resideOutsideOfPackages("io.postern.cli..", "io.postern.testkit..")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Clock.class, "systemUTC")
                .orShould()
                .callMethod(java.time.LocalDateTime.class, "now")
                .orShould()
                .callMethod(java.time.ZonedDateTime.class, "now")
                .check(house);
    }

    @Test
    @DisplayName("one logging interface")
    void noOtherLogs() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..")
                .check(house);
    }

    @Test
    @DisplayName("every package says that null is marked")
    void nullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
                .check(house);
    }
}
