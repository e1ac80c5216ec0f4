package dev.millrace.app.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;

/** Clients of Kafka that give up soon, since a person waits. */
final class Connections {
  private Connections() {}

  static Admin admin(Map<String, String> kafka, Duration bound) {
    int boundMs = (int) bound.toMillis();
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, boundMs);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, boundMs);
    try {
      return Admin.create(config);
    } catch (KafkaException e) {
      throw explained(e, kafka);
    }
  }

  /** The cause of a failed call, to be thrown. */
  static RuntimeException unwrapped(ExecutionException e, Map<String, String> kafka) {
    return e.getCause() instanceof RuntimeException cause
        ? explained(cause, kafka)
        : new IllegalStateException(e);
  }

  /** A failure to reach Kafka as one that says where it was looked for; others as they are. */
  static RuntimeException explained(RuntimeException failure, Map<String, String> kafka) {
    String servers = kafka.get("bootstrap.servers");
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TimeoutException) {
        return new UserException(
            "no Kafka broker answers at " + servers,
            "Start one (millrace local does), or name yours with bootstrap.servers in the pipeline"
                + " file or with --bootstrap-server where a command has it",
            failure);
      }
      if (cause instanceof ConfigException
          && String.valueOf(cause.getMessage()).contains("bootstrap.servers")) {
        return new UserException(
            "bootstrap.servers is '" + servers + "': " + cause.getMessage(),
            "Give host:port of a broker",
            failure);
      }
    }
    return failure;
  }
}
