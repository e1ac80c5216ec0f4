package dev.millrace.topology.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.state.StateException;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the stored model came about, beside the events: what it was made with, how its weights can be
 * known again, and which parts of the pipeline file were changed on the way. JSON in UTF-8.
 *
 * @param format 1, or 2 if the model was installed from a copy, or 3 if controls were taken up
 * @param configHash SHA-256 of the model's spec
 * @param weightsDigest SHA-256 of the weights that were stored with it; empty if there is no model
 * @param settings those parts of the pipeline file that alter no result, by their keys
 * @param changes since the last snapshot, the oldest first
 * @param installed where the model was taken from, null if it began with the pipeline
 * @param controls what the control topic has made of its learning, null if it never said anything
 */
public record Lineage(
    int format,
    String configHash,
    String weightsDigest,
    SortedMap<String, String> settings,
    List<Change> changes,
    @JsonInclude(JsonInclude.Include.NON_NULL) Installed installed,
    @JsonInclude(JsonInclude.Include.NON_NULL) Controls controls) {
  /** The key in the store. */
  public static final String KEY = "meta/lineage";

  private static final int FORMAT = 1;
  private static final int FORMAT_INSTALLED = 2;
  private static final int FORMAT_CONTROLLED = 3;
  private static final int CHANGES_MAX = 1_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A change of the pipeline file that the model went on with, or of the model itself.
   *
   * @param version of the model that the first event after it is predicted with
   * @param offset of the first event after it
   * @param what in the words of the pipeline file
   */
  public record Change(long version, long offset, String what) {}

  /**
   * The published copy that a model was taken from, and as what.
   *
   * @param version that the model got; every one of its name before is lower
   * @param offset of the first event that it predicts
   * @param steps optimiser steps that had made it
   * @param cluster id of the brokers that hold the copy
   * @param topic of the copy
   * @param partition of that topic
   * @param model that the copy is of
   * @param fromVersion of the copy
   * @param weightsDigest SHA-256 of the copy's weights
   */
  public record Installed(
      long version,
      long offset,
      long steps,
      String cluster,
      String topic,
      int partition,
      String model,
      long fromVersion,
      String weightsDigest) {}

  public Lineage {
    settings = new TreeMap<>(settings);
    changes = List.copyOf(changes);
  }

  /** Of a model that begins with the pipeline. */
  public static Lineage of(Pipeline pipeline) {
    return new Lineage(FORMAT, "", "", settings(pipeline), List.of(), null, null);
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
    return new Lineage(format, configHash, weightsDigest, settings, changes, installed, controls);
  }

  /** With one more change; the newest are kept, so that a state cannot grow without end. */
  public Lineage with(Change change) {
    List<Change> all = new ArrayList<>(changes);
    all.add(change);
    if (all.size() > CHANGES_MAX) {
      all.removeFirst();
    }
    return new Lineage(format, configHash, weightsDigest, settings, all, installed, controls);
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
    return new Lineage(
        format, configHash, weightsDigest, now, lineage.changes, installed, controls);
  }

  /** With a snapshot made, which tells the changes. */
  public Lineage withSnapshot() {
    return new Lineage(format, configHash, weightsDigest, settings, List.of(), installed, controls);
  }

  /**
   * With the model taken from a copy, in place of the one that there was.
   *
   * @param copy what the control topic had made of its learning
   */
  public Lineage with(Installed from, Change change, Controls copy) {
    Lineage changed = with(change);
    Controls now = controlsOrNone().installed(copy);
    boolean any = !now.equals(Controls.NONE);
    return new Lineage(
        any ? FORMAT_CONTROLLED : FORMAT_INSTALLED,
        configHash,
        weightsDigest,
        settings,
        changed.changes,
        from,
        any ? now : null);
  }

  /** With what the control topic now makes of the model's learning. */
  public Lineage with(Controls controls) {
    return new Lineage(
        FORMAT_CONTROLLED, configHash, weightsDigest, settings, changes, installed, controls);
  }

  /** What the control topic has made of the model's learning. */
  public Controls controlsOrNone() {
    return controls == null ? Controls.NONE : controls;
  }

  /**
   * The version that so many optimiser steps have made. It rises by one with each; an installed
   * model and one that was reset begin above all before, so that no two of one name have the same.
   */
  public long version(long steps) {
    if (controls != null && controls.resetVersion() != null) {
      return controls.resetVersion() + steps;
    }
    return installed == null ? steps : installed.version() + steps - installed.steps();
  }

  /** The version that the model was installed as, if it was. */
  public Optional<Long> installedVersion() {
    return Optional.ofNullable(installed).map(Installed::version);
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
      if (format < FORMAT || format > FORMAT_CONTROLLED) {
        throw new StateException(
            "the stored lineage has format %d, this program reads %d to %d; run the version that wrote it"
                .formatted(format, FORMAT, FORMAT_CONTROLLED));
      }
      return JSON.readValue(stored, Lineage.class);
    } catch (IOException e) {
      throw new StateException("the stored lineage is no JSON: " + e.getMessage(), e);
    }
  }
}
