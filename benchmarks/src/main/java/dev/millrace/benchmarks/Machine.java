package dev.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the figures were measured on, and when.
 *
 * @param machine system, architecture and memory
 * @param core on which single-threaded benchmarks ran; null if they could not be kept on one
 * @param load how many processes wanted a core when the run began, over a minute; negative if
 *     unknown
 */
public record Machine(
    String machine, String cpu, int cores, Integer core, double load, String jdk, LocalDate date) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  /** This one, today. */
  public static Machine here(Integer core) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        "%s %s, %.0f GB"
            .formatted(system.getName(), system.getArch(), system.getTotalMemorySize() / 1e9),
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        core,
        system.getSystemLoadAverage(),
        System.getProperty("java.vendor.version", "JDK") + " " + Runtime.version(),
        LocalDate.now());
  }

  /** As a JSON object has it. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("machine", machine);
    fields.put("cpu", cpu);
    fields.put("cores", cores);
    fields.put("core", core);
    fields.put("load", load);
    fields.put("jdk", jdk);
    fields.put("date", date.toString());
    return fields;
  }

  /** For people. */
  String text() {
    String pinned = core == null ? "not pinned" : "on core " + core;
    return "%s, %d cores, %s, %s, load %.1f, %s, %s"
        .formatted(cpu, cores, machine, pinned, load, jdk, date);
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
