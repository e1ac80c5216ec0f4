package dev.millrace.app.cli;

import dev.millrace.topology.Restoring;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code run} says until its pipeline runs. On a terminal a line is drawn anew; elsewhere a
 * long restore has a line every few seconds, and each one at its end. A pipeline that restores
 * nothing and does not run either says once what it may be waiting for.
 */
final class StartReport implements StartListener {
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  private final Pipeline pipeline;
  private final InstantSource clock;
  private final PrintWriter err;
  private final ProgressLine line;
  private final Map<String, Duration> toldAt = new HashMap<>();
  private Instant lastNews = Instant.MAX; // the checks before may take long
  private boolean quiet = true;

  StartReport(Pipeline pipeline, InstantSource clock, PrintWriter err) {
    this.pipeline = pipeline;
    this.clock = clock;
    this.err = err;
    this.line = new ProgressLine(err);
  }

  @Override
  public synchronized void restoring(Restoring progress) {
    lastNews = clock.instant();
    if (progress.ended()) {
      toldAt.remove(progress.model());
      line.clear();
      if (progress.blocks() > 0) { // a store that was kept has nothing to read but markers
        say(sentence(progress));
      }
    } else if (line.isShown()) {
      line.update(progress.blocks(), progress.share());
    } else if (due(progress)) {
      toldAt.put(progress.model(), progress.elapsed());
      say(sentence(progress));
    }
  }

  private boolean due(Restoring progress) {
    Duration before = toldAt.get(progress.model());
    return progress.blocks() > 0
        && (before == null || progress.elapsed().compareTo(before.plus(INTERVAL)) >= 0);
  }

  static String sentence(Restoring progress) {
    double seconds = progress.elapsed().toMillis() / 1e3;
    if (!progress.ended()) {
      return String.format(
          Locale.ROOT,
          "%s: restoring, %d blocks read, at offset %d of %d, %.0f %%",
          progress.model(),
          progress.blocks(),
          progress.read(),
          progress.total(),
          Math.floor(100 * progress.share()));
    }
    String verb = progress.read() == progress.total() ? "restored" : "given up after";
    return String.format(
        Locale.ROOT,
        "%s: %s %d blocks in %.1f s",
        progress.model(),
        verb,
        progress.blocks(),
        seconds);
  }

  @Override
  public synchronized void running(Duration sinceStart) {
    quiet = false;
    line.clear();
    say(
        String.format(
            Locale.ROOT,
            "%s: running, %.1f s after the start",
            pipeline.name(),
            sinceStart.toMillis() / 1e3));
  }

  /** Looks, now and then, whether there has been no news for long. */
  synchronized void glance() {
    if (lastNews.equals(Instant.MAX)) {
      lastNews = clock.instant();
    }
    if (quiet && !clock.instant().isBefore(lastNews.plus(SILENCE_MAX))) {
      quiet = false;
      line.clear();
      say(
          "%s: not running yet. It waits for the brokers at %s, or for its group, which keeps the place of a lost instance for %s ms"
              .formatted(
                  pipeline.name(),
                  pipeline.kafka().get("bootstrap.servers"),
                  pipeline
                      .kafka()
                      .getOrDefault(
                          "consumer.session.timeout.ms",
                          Long.toString(StreamsSettings.SESSION_MS))));
    }
  }

  private void say(String sentence) {
    err.println(sentence);
    err.flush();
  }
}
