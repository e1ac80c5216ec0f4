package dev.millrace.benchmarks.dl4j;

import dev.millrace.benchmarks.measure.Child;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** DL4J in a JVM of its own. */
final class Dl4jProcess {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  private Dl4jProcess() {}

  public static void main(String[] arguments) throws IOException {
    boolean avx512 = Files.readString(CPUS).contains(" avx512f ");
    System.setProperty("org.bytedeco.javacpp.platform.extension", avx512 ? "-avx512" : "-avx2");
    Child.run(arguments, argument -> new Dl4jSubject(Task.parse(argument)));
  }
}
