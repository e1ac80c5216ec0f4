package dev.millrace.app.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.Outcome;
import dev.millrace.topology.serve.RequestException;
import dev.millrace.topology.serve.ServedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What one model said of the rows of a request, as the tensors of its answer. */
final class Answers {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A tensor that a model can answer with. */
  record Output(String name, String datatype, List<Integer> shape) {}

  private final ServedModel model;
  private final int rows;
  private final int classes;
  private final float[] probabilities; // [rows][classes]
  private final int[] labels;
  private final double[] values;
  private final double[] lower;
  private final double[] upper;
  private final double[] setProbabilityMin;
  private int row;

  Answers(ServedModel model, int rows) {
    this.model = model;
    this.rows = rows;
    classes = model.classes().size();
    boolean classification = classes > 0;
    probabilities = new float[Math.multiplyExact(rows, classes)];
    labels = new int[classification ? rows : 0];
    values = new double[classification ? 0 : rows];
    lower = new double[values.length];
    upper = new double[values.length];
    setProbabilityMin = new double[labels.length];
  }

  /** What a model answers with, rows as -1. */
  static List<Output> outputs(ServedModel model) {
    int classes = model.classes().size();
    List<Output> outputs = new ArrayList<>();
    if (classes > 0) {
      outputs.add(new Output("probabilities", "FP32", List.of(-1, classes)));
      outputs.add(new Output("label", "BYTES", List.of(-1)));
      if (model.hasBounds()) {
        outputs.add(new Output("set_probability_min", "FP64", List.of(-1)));
      }
    } else {
      outputs.add(new Output("prediction", "FP64", List.of(-1)));
      if (model.hasBounds()) {
        outputs.add(new Output("lower", "FP64", List.of(-1)));
        outputs.add(new Output("upper", "FP64", List.of(-1)));
      }
    }
    return outputs;
  }

  /** Takes what was said of the next row. */
  void add(Outcome outcome) {
    if (outcome.version != model.version()) {
      throw new AssertionError("a row of another version, " + outcome.version);
    }
    if (classes > 0) {
      System.arraycopy(outcome.outputs, 0, probabilities, row * classes, classes);
      labels[row] = outcome.predictedClass;
      setProbabilityMin[row] = outcome.setProbabilityMin;
    } else {
      values[row] = outcome.predictedValue;
      lower[row] = outcome.lower;
      upper[row] = outcome.upper;
    }
    row++;
  }

  /** The body of the answer. */
  byte[] toJson(String modelName, InferRequest request) {
    List<Output> wanted = wanted(request.outputs());
    ByteArrayBuilder bytes = new ByteArrayBuilder();
    try (JsonGenerator json = JSON.getFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("model_name", modelName);
      json.writeStringField("model_version", Long.toString(model.version()));
      if (request.id().isPresent()) {
        json.writeStringField("id", request.id().get());
      }
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("model_version", model.version());
      json.writeNumberField("partition", model.partition());
      json.writeNumberField("offset", model.lastOffset());
      json.writeEndObject();
      json.writeArrayFieldStart("outputs");
      for (Output output : wanted) {
        write(output, json);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private List<Output> wanted(List<String> names) {
    List<Output> all = outputs(model);
    for (String name : names) {
      if (all.stream().noneMatch(output -> output.name().equals(name))) {
        throw new RequestException(
            "the model has no output '%s'; outputs: %s"
                .formatted(name, String.join(", ", all.stream().map(Output::name).toList())));
      }
    }
    return all.stream().filter(o -> names.isEmpty() || names.contains(o.name())).toList();
  }

  private void write(Output output, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", output.name());
    json.writeStringField("datatype", output.datatype());
    json.writeArrayFieldStart("shape");
    for (int dimension : output.shape()) {
      json.writeNumber(dimension < 0 ? rows : dimension);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("data");
    switch (output.name()) {
      case "probabilities" -> {
        for (float probability : probabilities) {
          json.writeNumber(probability);
        }
      }
      case "label" -> {
        for (int label : labels) {
          json.writeString(model.classes().get(label));
        }
      }
      case "set_probability_min" -> write(setProbabilityMin, json);
      case "prediction" -> write(values, json);
      case "lower" -> write(lower, json);
      case "upper" -> write(upper, json);
      default -> throw new AssertionError(output.name());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** JSON has no infinity: where there is no bound yet, null. */
  private static void write(double[] numbers, JsonGenerator json) throws IOException {
    for (double number : numbers) {
      if (Double.isFinite(number)) {
        json.writeNumber(number);
      } else {
        json.writeNull();
      }
    }
  }
}
