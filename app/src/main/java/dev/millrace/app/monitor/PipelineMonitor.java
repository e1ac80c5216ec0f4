package dev.millrace.app.monitor;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.Restoring;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one pipeline in a thread of its own, and makes a {@link Frame} of it every second. Its
 * figures are those that were committed, whichever instance learned them; what it says of the
 * restore and of the state is this instance's.
 *
 * <p>It only reads: nothing of the pipeline waits for it, or changes with it.
 */
public final class PipelineMonitor implements StartListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineMonitor.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long FRAME_MS = 1_000;
  private static final long RETRY_MS = 1_000;
  private static final long CLOSE_MS = 5_000;
  private static final int DEAD_LETTERS_MAX = 50;

  private final Pipeline pipeline;
  private final InstantSource clock;
  private final Frames frames;
  private final Inside inside;
  private final Copies copies;
  private final Map<String, Restoring> restoring = new ConcurrentSkipListMap<>();
  private final SortedMap<Integer, ModelHistory> models = new TreeMap<>(); // guarded by itself
  private final Deque<DeadLetterSample> deadLetters = new ArrayDeque<>(); // guarded by models
  private volatile PipelineHost host; // null while it starts
  private volatile String problem;
  private volatile OutputReader newestReader; // null before the first
  private volatile Frame newest;
  private volatile boolean closed;
  private long deadLettersSeen; // guarded by models
  private Thread thread;

  /**
   * A monitor that has seen nothing yet.
   *
   * @param frames where to hand each frame
   */
  public PipelineMonitor(Pipeline pipeline, InstantSource clock, Frames frames) {
    this.pipeline = pipeline;
    this.clock = clock;
    this.frames = frames;
    this.inside = new Inside(clock);
    this.copies = new Copies(pipeline);
    newest = frame(Map.of());
  }

  /** Begins to read what the pipeline publishes: its topics are there now. */
  public void watch(PipelineHost started) {
    host = started;
    thread = Thread.ofPlatform().daemon().name(pipeline.name() + "-monitor").start(this::read);
  }

  /** Looks into the models while they are learned. */
  public ModelProbe probe() {
    return inside;
  }

  @Override
  public void restoring(Restoring progress) {
    if (progress.ended()) {
      restoring.remove(progress.model());
    } else {
      restoring.put(progress.model(), progress);
    }
  }

  @Override
  public void running(Duration sinceStart) {
    restoring.clear();
  }

  private void read() {
    while (!closed) {
      try (OutputReader reader = new OutputReader(pipeline)) {
        newestReader = reader;
        problem = null;
        synchronized (models) {
          deadLetters.clear(); // the newest are read again
        }
        read(reader);
      } catch (WakeupException e) {
        return; // closed
      } catch (KafkaException e) {
        problem = "the figures cannot be read: " + e.getMessage();
        LOG.debug("the monitor begins anew", e);
        publish(Map.of());
        pause();
      }
    }
  }

  private void read(OutputReader reader) {
    long lastFrameMs = 0;
    while (!closed) {
      reader.poll(POLL, this::takeMetrics, this::takeDeadLetter);
      if (clock.millis() - lastFrameMs >= FRAME_MS) {
        lastFrameMs = clock.millis();
        publish(reader.inputEnds());
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private void takeMetrics(ConsumerRecord<byte[], byte[]> record) {
    try {
      Metrics metrics = Metrics.decode(record.value());
      synchronized (models) {
        models
            .computeIfAbsent(metrics.partition(), partition -> new ModelHistory())
            .add(metrics, record.timestamp());
      }
    } catch (WireFormatException e) {
      LOG.debug("metrics of another build at offset {}", record.offset(), e);
    }
  }

  private void takeDeadLetter(ConsumerRecord<byte[], byte[]> record) {
    synchronized (models) {
      deadLettersSeen++;
      deadLetters.addFirst(DeadLetterSample.of(record));
      if (deadLetters.size() > DEAD_LETTERS_MAX) {
        deadLetters.removeLast();
      }
    }
  }

  private void publish(Map<Integer, Long> inputEnds) {
    Frame frame = frame(inputEnds);
    newest = frame;
    frames.publish(frame);
  }

  private Frame frame(Map<Integer, Long> inputEnds) {
    long now = clock.millis();
    PipelineHost running = host;
    Optional<String> ended =
        running == null ? Optional.empty() : running.failure().map(Throwable::getMessage);
    synchronized (models) {
      List<ModelFrame> modelFrames =
          models.entrySet().stream()
              .filter(model -> !model.getValue().isEmpty())
              .map(model -> frame(model.getKey(), model.getValue(), now, inputEnds))
              .toList();
      return new Frame(
          pipeline.name(),
          now,
          running == null ? "STARTING" : running.state(),
          ended.or(() -> Optional.ofNullable(problem)),
          List.copyOf(restoring.values()),
          modelFrames,
          deadLettersSeen);
    }
  }

  private ModelFrame frame(
      int partition, ModelHistory model, long now, Map<Integer, Long> inputEnds) {
    return model.frame(
        now, end(inputEnds, partition), inside.view(partition), inside.nanosAnEvent(partition));
  }

  private static OptionalLong end(Map<Integer, Long> ends, int partition) {
    Long end = ends.get(partition);
    return end == null ? OptionalLong.empty() : OptionalLong.of(end);
  }

  /** The pipeline that is watched; none while it starts. */
  public Optional<PipelineHost> host() {
    return Optional.ofNullable(host);
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /** How the pipeline stood a second ago at most. */
  public Frame newest() {
    return newest;
  }

  /** Metrics along the way of a partition's model, the oldest first; none if it is not known. */
  public List<Metrics> timeline(int partition) {
    synchronized (models) {
      ModelHistory model = models.get(partition);
      return model == null ? List.of() : model.timeline();
    }
  }

  /** How fast a partition's model went, the oldest first; none if it is not known. */
  public List<Pace> paces(int partition) {
    synchronized (models) {
      ModelHistory model = models.get(partition);
      return model == null ? List.of() : model.paces();
    }
  }

  /** The newest dead letters, the newest first. */
  public List<DeadLetterSample> deadLetters() {
    synchronized (models) {
      return List.copyOf(deadLetters);
    }
  }

  /**
   * The copies that are kept, by model, the oldest version of each first.
   *
   * @throws dev.millrace.topology.PreflightException if nothing has been published
   */
  public Map<String, List<SnapshotTopic.Copy>> copies() {
    return copies.newest();
  }

  /** Stops watching. */
  @Override
  public void close() {
    closed = true;
    OutputReader reader = newestReader;
    if (reader != null) {
      reader.wakeUp();
    }
    if (thread != null) {
      try {
        thread.join(CLOSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
