package dev.millrace.formats.onnx;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Origin;
import dev.millrace.formats.Statistics;
import dev.millrace.formats.Tensors;
import dev.millrace.formats.onnx.Signals.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model as an ONNX graph that predicts what the model would predict, from the fields as events
 * have them: statistics, vocabularies and weights stand in it as they were.
 */
public final class OnnxFile {
  private OnnxFile() {}

  /**
   * Writes the graph.
   *
   * @throws FormatException if the model has what ONNX cannot say; all of it is named
   */
  public static void write(Learner learner, Origin origin, OutputStream out) throws IOException {
    ModelSpec spec = learner.spec();
    requireExpressible(spec);
    Graph graph = new Graph();
    Tensors tensors = Tensors.of(learner);
    Signals signals = features(spec.space().fields(), graph, tensors);
    Value y = new LayerNodes(graph, tensors, "", signals).add(spec.layers());
    new OutputNodes(graph, learner, tensors).add(y);
    Map<String, String> properties = new LinkedHashMap<>(origin.texts());
    properties.put("spec", spec.toJson());
    String doc = "%s, version %d".formatted(origin.model(), origin.version());
    out.write(graph.model(origin.model(), doc, properties));
    out.flush();
  }

  private static void requireExpressible(ModelSpec spec) {
    List<String> problems = new ArrayList<>();
    for (FeatureSpec feature : spec.features()) {
      String kind = "feature '%s' is a %s, ".formatted(feature.name(), feature.kind());
      switch (feature.kind()) {
        case TEXT, BAG -> problems.add(kind + "any number of tokens that are hashed");
        case CROSS -> problems.add(kind + "a hash of several features");
        case NUMERIC, ONE_HOT, HASHED, GROWING, VECTOR, DISCRETIZED -> {}
      }
    }
    if (spec.panel() != null) {
      problems.add("model: auto, a panel of experts");
    }
    if (!problems.isEmpty()) {
      throw new FormatException(
          "the model cannot be an ONNX graph: %s. Safetensors holds any model"
              .formatted(String.join("; ", problems)));
    }
  }

  private static Signals features(List<Field> fields, Graph graph, Tensors tensors) {
    Statistics statistics = new Statistics(fields, tensors);
    FieldInputs inputs = new FieldInputs(graph);
    int width =
        fields.stream()
            .map(Field::spec)
            .filter(spec -> !spec.kind().isCategory())
            .mapToInt(spec -> spec.kind() == FeatureKind.VECTOR ? spec.size() : 1)
            .sum();
    Value numbers =
        width == 0 ? null : new NumberNodes(graph, inputs, statistics, width).add(fields).row();
    CategoryNodes categories = new CategoryNodes(graph, inputs, tensors);
    Map<String, Signals.Field> read = new LinkedHashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      FeatureSpec spec = fields.get(i).spec();
      if (spec.kind().isCategory()) {
        String index = categories.add(spec, statistics.of(i));
        read.put(spec.name(), new Signals.Field(index, null, spec.size()));
        graph.enter("");
      }
    }
    return new Signals(numbers, read);
  }
}
