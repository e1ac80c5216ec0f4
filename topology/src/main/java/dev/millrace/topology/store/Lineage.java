package dev.millrace.topology.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.state.StateException;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the stored model came about, beside the events: what it was made with, how its weights can be
 * known again, and which parts of the pipeline file were changed on the way. JSON in UTF-8.
 *
 * @param format 1
 * @param configHash SHA-256 of the model's spec
 * @param weightsDigest SHA-256 of the weights that were stored with it; empty if there is no model
 * @param settings those parts of the pipeline file that alter no result, by their keys
 * @param changes since the last snapshot, the oldest first
 */
public record Lineage(
    int format,
    String configHash,
    String weightsDigest,
    SortedMap<String, String> settings,
    List<Change> changes) {
  /** The key in the store. */
  public static final String KEY = "meta/lineage";

  private static final int FORMAT = 1;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A change of the pipeline file that the model went on with.
   *
   * @param version optimiser steps made before it
   * @param offset of the first event after it
   * @param what in the words of the pipeline file
   */
  public record Change(long version, long offset, String what) {}

  public Lineage {
    settings = new TreeMap<>(settings);
    changes = List.copyOf(changes);
  }

  /** Of a model that begins with the pipeline. */
  public static Lineage of(Pipeline pipeline) {
    return new Lineage(FORMAT, "", "", settings(pipeline), List.of());
  }

  private static SortedMap<String, String> settings(Pipeline pipeline) {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("snapshots.every", pipeline.snapshots().everySteps() + " steps");
    settings.put("snapshots.keep", Integer.toString(pipeline.snapshots().keep()));
    settings.put("threads", Integer.toString(pipeline.threads()));
    settings.put(
        "kafka.commit.interval.ms", pipeline.kafka().getOrDefault("commit.interval.ms", "auto"));
    return settings;
  }

  /** Of the model that is stored now. */
  public Lineage at(String configHash, String weightsDigest) {
    return new Lineage(format, configHash, weightsDigest, settings, changes);
  }

  /** With one more change. */
  public Lineage with(Change change) {
    List<Change> all = new ArrayList<>(changes);
    all.add(change);
    return new Lineage(format, configHash, weightsDigest, settings, all);
  }

  /** With the settings that a pipeline has now, every difference being a change. */
  public Lineage under(Pipeline pipeline, long version, long offset) {
    Lineage lineage = this;
    SortedMap<String, String> now = settings(pipeline);
    for (Map.Entry<String, String> setting : now.entrySet()) {
      String before = settings.get(setting.getKey());
      if (!setting.getValue().equals(before)) {
        String what = "%s: was %s, is %s".formatted(setting.getKey(), before, setting.getValue());
        lineage = lineage.with(new Change(version, offset, what));
      }
    }
    return new Lineage(format, configHash, weightsDigest, now, lineage.changes);
  }

  /** With a snapshot made, which tells the changes. */
  public Lineage withSnapshot() {
    return new Lineage(format, configHash, weightsDigest, settings, List.of());
  }

  /**
   * Checks that the weights read are those that were stored.
   *
   * @throws StateException if they are not
   */
  public void requireSame(String weightsRead) {
    if (!weightsRead.equals(weightsDigest)) {
      throw new StateException(
          "the stored weights have SHA-256 %s, and %s was stored with them: they are not all of one commit. Make them again with millrace snapshots restore FILE"
              .formatted(weightsRead, weightsDigest));
    }
  }

  public byte[] toBytes() {
    try {
      return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a lineage is always JSON", e);
    }
  }

  /**
   * The lineage that {@link #toBytes} wrote.
   *
   * @throws StateException if the bytes are none, or of a newer program
   */
  public static Lineage fromBytes(byte[] stored) {
    try {
      int format = JSON.readTree(stored).path("format").asInt();
      if (format != FORMAT) {
        throw new StateException(
            "the stored lineage has format %d, this program reads %d; run the version that wrote it"
                .formatted(format, FORMAT));
      }
      return JSON.readValue(stored, Lineage.class);
    } catch (IOException e) {
      throw new StateException("the stored lineage is no JSON: " + e.getMessage(), e);
    }
  }
}
