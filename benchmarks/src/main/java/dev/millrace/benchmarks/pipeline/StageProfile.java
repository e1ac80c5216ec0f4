package dev.millrace.benchmarks.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the stream thread's time goes, by samples of JDK Flight Recorder. Samples are of processor
 * time where this JVM can (Linux), native code then counted with its caller; else of Java code
 * only, which leaves RocksDB out.
 */
final class StageProfile implements AutoCloseable {
  private static final String CPU = "jdk.CPUTimeSample";
  private static final String JAVA = "jdk.ExecutionSample";
  private static final String GC = "jdk.GarbageCollection";
  private static final int HOTTEST = 15;

  /** What was found. */
  record Shares(Map<String, Map<String, Double>> percent, long samples) {}

  private final Recording recording = new Recording();
  private volatile Instant begin = Instant.MAX;

  /** Records at once, as that takes a while to start; what counts comes after {@link #begin}. */
  StageProfile() {
    boolean cpu =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .anyMatch(type -> type.getName().equals(CPU));
    if (cpu && System.getProperty("os.name").equals("Linux")) {
      recording.enable(CPU).with("throttle", "2ms");
    } else {
      recording.enable(JAVA).withPeriod(Duration.ofMillis(10));
    }
    recording.enable(GC);
    recording.start();
  }

  /** What was before does not count. */
  void begin() {
    begin = Instant.now();
  }

  /** Sums up so many seconds, in percent: of samples, and of the time for pauses. */
  Shares sum(double seconds) throws IOException {
    recording.stop();
    Path file = Files.createTempFile("millrace-", ".jfr");
    try {
      recording.dump(file);
      return sum(file, begin, seconds);
    } finally {
      Files.delete(file);
    }
  }

  private static Shares sum(Path file, Instant begin, double seconds) throws IOException {
    Instant end = begin.plusNanos((long) (seconds * 1e9));
    Map<String, Double> stages = new HashMap<>();
    Map<String, Double> leaves = new HashMap<>();
    Map<String, Double> threads = new HashMap<>();
    double paused = 0;
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (event.getStartTime().isBefore(begin) || event.getStartTime().isAfter(end)) {
          continue;
        }
        if (event.getEventType().getName().equals(GC)) {
          paused += event.getDuration("sumOfPauses").toNanos() / 1e9;
          continue;
        }
        RecordedThread thread = threadOf(event);
        String name = thread == null ? null : thread.getJavaName();
        threads.merge(kind(name), 1.0, Double::sum);
        if (name != null
            && name.contains("-StreamThread-")
            && !name.contains("producer")
            && event.getStackTrace() != null) {
          List<RecordedFrame> frames = event.getStackTrace().getFrames();
          stages.merge(Stages.of(frames), 1.0, Double::sum);
          leaves.merge(leaf(frames), 1.0, Double::sum);
        }
      }
    }
    double samples = stages.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<String, Map<String, Double>> profile = new LinkedHashMap<>();
    Map<String, Double> byStage = new LinkedHashMap<>();
    for (String stage : Stages.ALL) {
      byStage.put(stage, percent(stages.getOrDefault(stage, 0.0), samples));
    }
    profile.put("stages", byStage);
    profile.put("hottest", largest(leaves, samples));
    double all = threads.values().stream().mapToDouble(Double::doubleValue).sum();
    profile.put("threads", largest(threads, all));
    profile.put("wall_time", Map.of("gc_pauses", percent(paused, seconds)));
    return new Shares(profile, (long) samples);
  }

  private static RecordedThread threadOf(RecordedEvent event) {
    return event.hasField("sampledThread")
        ? event.getThread("sampledThread")
        : event.getThread("eventThread");
  }

  private static String kind(String thread) {
    if (thread == null) {
      return "other";
    }
    if (thread.contains("kafka-producer-network-thread")) {
      return "producer network thread";
    }
    return thread.contains("-StreamThread-") ? "stream thread" : "other";
  }

  private static String leaf(List<RecordedFrame> frames) {
    if (frames.isEmpty()) {
      return "?";
    }
    String type = Stages.type(frames.getFirst());
    return type.substring(type.lastIndexOf('.') + 1)
        + "."
        + frames.getFirst().getMethod().getName();
  }

  private static Map<String, Double> largest(Map<String, Double> counts, double all) {
    Map<String, Double> shares = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
        .limit(HOTTEST)
        .forEach(entry -> shares.put(entry.getKey(), percent(entry.getValue(), all)));
    return shares;
  }

  private static double percent(double part, double whole) {
    return whole == 0 ? 0 : Math.round(1_000 * part / whole) / 10.0;
  }

  @Override
  public void close() {
    recording.close();
  }
}
