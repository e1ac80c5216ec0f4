package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Says when the brokers of a running pipeline no longer answer, and when they do again. Kafka's
 * clients only try again, as long as it takes, and a person would see a pipeline that stands still.
 */
final class BrokerWatch {
  private static final Duration GLANCE = Duration.ofSeconds(1);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(10); // heartbeats are each 3 s

  private final Pipeline pipeline;
  private final LongSupplier bytesReceived;
  private final InstantSource clock;
  private final PrintWriter err;
  private long last = -1;
  private Instant lastChange = Instant.MIN;
  private Instant lastGlance = Instant.MIN;
  private boolean told;

  BrokerWatch(Pipeline pipeline, LongSupplier bytesReceived, InstantSource clock, PrintWriter err) {
    this.pipeline = pipeline;
    this.bytesReceived = bytesReceived;
    this.clock = clock;
    this.err = err;
  }

  /** Looks, about once a second however often it is called. */
  void glance() {
    Instant now = clock.instant();
    if (now.isBefore(lastGlance.plus(GLANCE))) {
      return;
    }
    lastGlance = now;
    long bytes = bytesReceived.getAsLong();
    if (bytes != last) {
      if (told) {
        say("the brokers answer again, after %d s", Duration.between(lastChange, now).toSeconds());
      }
      told = false;
      last = bytes;
      lastChange = now;
    } else if (!told && !now.isBefore(lastChange.plus(SILENCE_MAX))) {
      told = true;
      say(
          "no answer from the brokers at %s for %d s. It waits, and goes on where it was when they"
              + " are back",
          pipeline.kafka().get("bootstrap.servers"), SILENCE_MAX.toSeconds());
    }
  }

  private void say(String sentence, Object... values) {
    err.println(pipeline.name() + ": " + sentence.formatted(values));
    err.flush();
  }
}
