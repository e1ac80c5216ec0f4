package dev.millrace.formats.onnx;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.FeatureSpace;
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
    Signals signals = features(spec, graph, tensors);
    Value y =
        spec.panel() == null
            ? new LayerNodes(graph, tensors, "", signals).add(spec.layers())
            : new PanelNodes(graph, tensors)
                .add(spec.panel(), spec.label().classes().size(), signals);
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
    if (!problems.isEmpty()) {
      throw new FormatException(
          "the model cannot be an ONNX graph: %s. Safetensors holds any model"
              .formatted(String.join("; ", problems)));
    }
  }

  private static Signals features(ModelSpec spec, Graph graph, Tensors tensors) {
    FeatureSpace space = spec.space();
    List<Field> fields = space.fields();
    Statistics statistics = new Statistics(fields, tensors);
    FieldInputs inputs = new FieldInputs(graph);
    NumberNodes.Row row =
        space.width() == 0
            ? null
            : new NumberNodes(graph, inputs, statistics, space.width()).add(fields);
    CategoryNodes categories = new CategoryNodes(graph, inputs, tensors);
    Map<String, Signals.Field> read = new LinkedHashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      FeatureSpec feature = fields.get(i).spec();
      if (feature.kind().isCategory()) {
        String index = categories.add(feature, statistics.of(i));
        read.put(feature.name(), new Signals.Field(index, null, feature.size()));
        graph.enter("");
      }
    }
    if (spec.panel() != null) {
      new ExpansionNodes(graph, spec.panel().expansion(), space, tensors, categories.keys())
          .add(row, read);
    }
    return new Signals(row == null ? null : row.row(), read);
  }
}
