package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the figures were measured on. */
public record Machine(String cpu, int cores, String jdk) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  /** This one. */
  public static Machine here() {
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.vendor.version", "JDK") + " " + Runtime.version());
  }

  /** The model as Linux names it; elsewhere only the architecture is known. */
  private static String cpuModel() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(CPUS)) {
      return architecture;
    }
    try (Stream<String> lines = Files.lines(CPUS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture;
    }
  }
}
