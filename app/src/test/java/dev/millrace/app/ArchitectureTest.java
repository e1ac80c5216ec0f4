package dev.millrace.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The arrows of DESIGN §3 and what is deliberately absent where. */
class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.millrace");

  @Test
  void shouldKeepTheEngineFromKafkaAvroClocksAndLogging() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "org.apache.avro..",
            "org.slf4j..",
            "org.rocksdb..",
            "java.time..",
            "dev.millrace.topology..",
            "dev.millrace.schemas..",
            "dev.millrace.formats..",
            "dev.millrace.app..")
        .check(OURS);
  }

  @Test
  void shouldKeepTheFormatsFromAllButTheEngine() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.formats..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "org.apache.avro..",
            "java.time..",
            "dev.millrace.topology..",
            "dev.millrace.schemas..",
            "dev.millrace.app..")
        .check(OURS);
  }

  @Test
  void shouldKeepThreadsInOneClassOfTheEngine() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.engine..")
        .and()
        .doNotHaveFullyQualifiedName("dev.millrace.engine.kernel.WorkerPool")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .check(OURS);
  }

  @Test
  void shouldKeepTheSchemasFromStreamsAndModels() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.schemas..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "dev.millrace.engine..",
            "dev.millrace.topology..",
            "dev.millrace.formats..",
            "dev.millrace.app..")
        .check(OURS);
  }

  @Test
  void shouldKeepTheTopologyFromTheApp() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.topology..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.millrace.app..", "dev.millrace.formats..", "kafka..", "picocli..")
        .check(OURS);
  }

  /** A second width of floats makes the compiler forget the first: see VectorTiles.SPECIES. */
  @Test
  void shouldUseOneWidthOfVectors() {
    noClasses()
        .that()
        .resideInAPackage("dev.millrace.engine..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("jdk.incubator.vector.VectorShape")
        .check(OURS);
  }

  @Test
  void shouldUseTheVectorApiInTheKernelsOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.millrace.engine.kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(OURS);
  }

  @Test
  void shouldTouchTheInternalsOfKafkaStreamsInTwoPlacesOnly() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.millrace.topology.store.ModelStore")
        .and()
        .doNotHaveFullyQualifiedName("dev.millrace.topology.LearnProcessor")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka.streams.processor.internals..",
            "org.apache.kafka.streams.state.internals..")
        .check(OURS);
  }

  @Test
  void shouldReachTheConsoleAndTheClockFromTheAppOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.millrace.app..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(OURS);
  }

  @Test
  void shouldUseNoUnseededRandomnessAndNoJavaDeserialization() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(OURS);
  }

  @Test
  void shouldHaveNoCyclesBetweenTheEnginesPackages() {
    SlicesRuleDefinition.slices()
        .matching("dev.millrace.engine.(*)..")
        .should()
        .beFreeOfCycles()
        .check(OURS);
  }
}
