package dev.millrace.app.web;

import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.monitor.PipelineMonitor;
import java.util.List;
import java.util.Optional;

/** The pipelines that this process runs, by name. */
record Monitors(List<PipelineMonitor> all) {
  Monitors {
    all = List.copyOf(all);
  }

  Optional<PipelineMonitor> find(String name) {
    return all.stream().filter(monitor -> monitor.pipeline().name().equals(name)).findFirst();
  }

  PipelineMonitor named(String name) {
    return find(name)
        .orElseThrow(
            () -> new ApiException(404, "No pipeline '%s' runs in this process".formatted(name)));
  }

  /** The pipeline of a name, once it has been started. */
  PipelineHost host(String name) {
    return named(name)
        .host()
        .orElseThrow(() -> new ApiException(409, "The pipeline has not started yet"));
  }
}
