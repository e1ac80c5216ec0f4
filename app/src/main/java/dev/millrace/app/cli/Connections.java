package dev.millrace.app.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Clients of Kafka that give up soon, since a person waits. */
final class Connections {
  private Connections() {}

  static Admin admin(Map<String, String> kafka, Duration bound) {
    int boundMs = (int) bound.toMillis();
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, boundMs);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, boundMs);
    return Admin.create(config);
  }

  /** The cause of a failed call, to be thrown. */
  static RuntimeException unwrapped(ExecutionException e) {
    return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
  }
}
