package dev.millrace.app.monitor;

import dev.millrace.formats.tensorboard.EventFile;
import dev.millrace.schemas.Metrics;
import dev.millrace.topology.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The figures of models as event files, a folder for each model ({@code elec2-0}), which
 * TensorBoard calls a run. Its step is the count of events read. Not thread-safe.
 */
public final class TensorBoardLog implements AutoCloseable {
  private final Path directory;
  private final Map<String, EventFile> files = new HashMap<>();
  private final Map<String, Long> lastRead = new HashMap<>();

  public TensorBoardLog(Path directory) {
    this.directory = directory;
  }

  /**
   * Adds what is new in a frame.
   *
   * @throws UncheckedIOException if a file cannot be written
   */
  public void add(Frame frame) {
    for (ModelFrame model : frame.models()) {
      Metrics metrics = model.metrics();
      String name = Names.model(frame.pipeline(), metrics.partition());
      if (metrics.read() > lastRead.getOrDefault(name, -1L)) {
        lastRead.put(name, metrics.read());
        try {
          file(name, frame.time()).add(frame.time(), metrics.read(), scalars(model));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private EventFile file(String name, long timeMs) throws IOException {
    EventFile file = files.get(name);
    if (file == null) {
      file = new EventFile(directory.resolve(name), timeMs);
      files.put(name, file);
    }
    return file;
  }

  private static Map<String, Double> scalars(ModelFrame model) {
    Map<String, Double> scalars = new TreeMap<>();
    model.metrics().metrics().forEach((name, value) -> scalars.put(tag(name), value));
    scalars.put("pace/events_per_second", model.pace().eventsPerSecond());
    scalars.put("pace/version", (double) model.metrics().modelVersion());
    return scalars;
  }

  /** TensorBoard groups charts by what stands before a slash. */
  private static String tag(String figure) {
    if (figure.startsWith("baseline_")) {
      return "baselines/" + figure.substring("baseline_".length());
    }
    if (figure.startsWith("expert_")) {
      return "experts/" + figure.substring("expert_".length());
    }
    return (figure.endsWith("_window") ? "window/" : figure.endsWith("_fading") ? "fading/" : "")
        + figure;
  }

  @Override
  public void close() {
    for (EventFile file : files.values()) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
