package dev.millrace.benchmarks.operation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a process holds of the machine's memory, as Linux counts it, over time. */
final class ResidentMemory {
  private static final String RESIDENT = "VmRSS:";

  /**
   * One look.
   *
   * @param seconds since the first
   * @param bytes resident
   * @param committed events that the pipeline had learned
   */
  record Sample(double seconds, long bytes, long committed) {}

  private ResidentMemory() {}

  /** Resident bytes of a process. */
  static long of(long pid) throws IOException {
    return parse(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")));
  }

  /** Linux' line of it: {@code VmRSS: 7396 kB}. */
  static long parse(List<String> status) {
    return status.stream()
        .filter(line -> line.startsWith(RESIDENT))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + RESIDENT + " in " + status));
  }

  /** The slope of the least squares' line through the second half, in bytes a minute. */
  static double slopePerMinute(List<Sample> samples) {
    List<Sample> half = samples.subList(samples.size() / 2, samples.size());
    double time = half.stream().mapToDouble(Sample::seconds).average().orElse(0);
    double mean = half.stream().mapToDouble(Sample::bytes).average().orElse(0);
    double products = 0;
    double squares = 0;
    for (Sample sample : half) {
      products += (sample.seconds() - time) * (sample.bytes() - mean);
      squares += (sample.seconds() - time) * (sample.seconds() - time);
    }
    return squares == 0 ? 0 : 60 * products / squares;
  }
}
