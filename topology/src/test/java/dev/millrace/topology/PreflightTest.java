package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private static final Schema SCHEMA =
      SchemaBuilder.record("Click")
          .fields()
          .requiredDouble("x")
          .requiredString("page")
          .requiredBoolean("y")
          .endRecord();

  /** A dense layer of 4 units over x, then one unit; with what is stated more. */
  private static Preflight.Findings findings(String features, String layers, String optimizer) {
    Pipeline pipeline =
        PipelineParser.parse(
            """
            input: {topic: in, features: [x%s]}
            label: {field: "y"}
            model: {layers: [%s{dense: 4, inputs: [numbers], name: d}%s], optimizer: %s}
            """
                .formatted(
                    features, layers, layers.isEmpty() ? "" : ", {concatenate: [e, d]}", optimizer),
            "clicks.yaml");
    return new Preflight.Findings(1, SpecResolver.resolve(pipeline, SCHEMA), List.of());
  }

  @Test
  void shouldCountWhatACommitWritesWithTheOptimisersOwnSlots() {
    long learned = 1 * 4 + 4 + 4 + 1;
    assertThat(findings("", "", "sgd").modelBytes()).isEqualTo(4 * learned);
    assertThat(findings("", "", "{sgd: {momentum: 0.9}}").modelBytes()).isEqualTo(8 * learned);
    assertThat(findings("", "", "adam").modelBytes()).isEqualTo(12 * learned);
    assertThat(findings("", "", "{adam: {amsgrad: true}}").modelBytes()).isEqualTo(16 * learned);
  }

  @Test
  void shouldCountWhatLayersKeepWithoutSlots() {
    String normalized = "{batch_normalization: {}, inputs: [numbers], name: e}, ";
    long learned = (2 * 1) + (1 * 4 + 4) + (5 + 1);
    assertThat(findings("", normalized, "adam").modelBytes()).isEqualTo(12 * learned + 4 * 2);
  }

  @Test
  void shouldCountTablesWholeButForTheRowsThatGrowingTextsMayGet() {
    String embedding = "{embedding: 2, inputs: [page], name: e}, ";
    long dense = (1 * 4 + 4) + (6 + 1);
    Preflight.Findings hashed =
        findings(", {name: page, type: hashed, buckets: 1000}", embedding, "adam");
    assertThat(hashed.modelBytes()).isEqualTo(12 * (dense + 1000 * 2));
    assertThat(hashed.modelBytesMax()).isEqualTo(hashed.modelBytes());
    Preflight.Findings growing =
        findings(", {name: page, type: growing, size: 1000}", embedding, "adam");
    assertThat(growing.modelBytes()).isEqualTo(12 * (dense + 3 * 2));
    assertThat(growing.modelBytesMax()).isEqualTo(12 * (dense + 1002 * 2));
  }

  /**
   * Every expert of a panel with its slots; the texts that may come count in all that read them.
   */
  @Test
  void shouldCountAllExpertsOfAPanel() {
    String pipeline =
        "input: {topic: clicks, features: [{name: page, type: growing, size: 1000}]}\n"
            + "label: {field: \"y\"}\n";
    ModelSpec spec = SpecResolver.resolve(PipelineParser.parse(pipeline, "clicks.yaml"), SCHEMA);
    Preflight.Findings findings = new Preflight.Findings(1, spec, List.of());
    assertThat(findings.modelBytesMax()).isEqualTo(bytes(spec, 1002));
    assertThat(findings.modelBytes()).isEqualTo(bytes(spec, 3));
  }

  /** Of experts that are all dense layers over one field of categories, and no numbers. */
  private static long bytes(ModelSpec spec, int categories) {
    long bytes = 0;
    for (ExpertSpec expert : spec.panel().experts()) {
      long learned = 0;
      long width = categories;
      for (LayerSpec layer : expert.layers()) {
        int units = ((LayerSpec.Dense) layer).units();
        learned += (width + 1) * units;
        width = units;
      }
      int slots = expert.optimizer().name().equals("normalized_sgd") ? 0 : 1;
      bytes += 4 * learned * (1 + slots);
    }
    return bytes;
  }

  @Test
  void shouldOrderVersionsByTheirNumbers() {
    assertThat(Preflight.compareVersions("4.3.1", "4.3.1")).isZero();
    assertThat(Preflight.compareVersions("4.3.0", "4.3.1")).isNegative();
    assertThat(Preflight.compareVersions("4.10.0", "4.3.1")).isPositive();
    assertThat(Preflight.compareVersions("5.0", "4.3.1")).isPositive();
    assertThat(Preflight.compareVersions("4.2.9", "4.3.1")).isNegative();
    assertThat(Preflight.compareVersions("4.3.1-SNAPSHOT", "4.3.1")).isPositive();
  }
}
