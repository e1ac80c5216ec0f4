package dev.millrace.benchmarks.pipeline;

import java.util.List;
import jdk.jfr.consumer.RecordedFrame;

/** Which stage of an event's way a stack belongs to. */
final class Stages {
  /** All, in the order of the way. */
  static final List<String> ALL =
      List.of(
          "consumer",
          "streams",
          "decode",
          "featurize",
          "forward",
          "backward",
          "optimizer",
          "encode prediction",
          "send prediction",
          "learning loop",
          "write-back",
          "snapshot",
          "commit",
          "other");

  private Stages() {}

  /** The stage of the innermost frame that tells; Millrace's own frames come before Kafka's. */
  static String of(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String stage = ofMillrace(type(frame), frame.getMethod().getName());
      if (stage != null) {
        return stage;
      }
    }
    for (RecordedFrame frame : frames) {
      String stage = ofKafka(type(frame));
      if (stage != null) {
        return stage;
      }
    }
    return "other";
  }

  static String type(RecordedFrame frame) {
    return frame.getMethod().getType().getName();
  }

  private static String ofMillrace(String type, String method) {
    if (type.startsWith("dev.millrace.topology.decode.") || type.endsWith(".wire.WireFormat")) {
      return "decode";
    }
    if (type.startsWith("dev.millrace.engine.feature.")) {
      return "featurize";
    }
    if (type.startsWith("dev.millrace.engine.optim.")) {
      return "optimizer";
    }
    return switch (type) {
      case "dev.millrace.engine.network.Network" ->
          method.equals("forward") || method.equals("run") ? "forward" : "backward";
      case "dev.millrace.schemas.Prediction", "dev.millrace.topology.Reports" ->
          method.equals("metrics") || method.equals("figures") ? null : "encode prediction";
      case "dev.millrace.topology.ModelTask$Results",
          "dev.millrace.topology.LearnProcessor$Forward" ->
          method.equals("snapshot") ? "snapshot" : "send prediction";
      case "dev.millrace.benchmarks.pipeline.Passthrough" -> "send prediction";
      case "dev.millrace.topology.snapshot.SnapshotPublisher" -> "snapshot";
      case "dev.millrace.topology.store.ModelStore" -> "write-back";
      case "dev.millrace.topology.LearningLoop" ->
          method.equals("writeChanged") ? "write-back" : "learning loop";
      case "dev.millrace.topology.ModelTask", "dev.millrace.topology.LearnProcessor" ->
          switch (method) {
            case "process" -> "learning loop";
            case "beforeCommit" -> "write-back";
            default -> null;
          };
      default -> null;
    };
  }

  private static String ofKafka(String type) {
    if (type.startsWith("org.apache.kafka.clients.consumer.")) {
      return "consumer";
    }
    if (type.startsWith("org.apache.kafka.clients.producer.")) {
      return "commit";
    }
    return type.startsWith("org.apache.kafka.streams.") ? "streams" : null;
  }
}
