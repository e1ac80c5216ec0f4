package dev.millrace.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.topology.serve.InputField;
import dev.millrace.topology.serve.RequestException;
import dev.millrace.topology.serve.ServedModel;
import dev.millrace.topology.serve.ServedModels;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/**
 * The Open Inference Protocol, version 2, over HTTP. The pipeline is the model; a request says
 * which partition's it asks by a parameter.
 */
final class InferenceRoutes implements HttpService {
  private static final String PLATFORM = "millrace";

  private final ServedModels models;
  private final ServeMetrics metrics;
  private final String version; // of the program

  InferenceRoutes(ServedModels models, ServeMetrics metrics, String version) {
    this.models = models;
    this.metrics = metrics;
    this.version = version;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", this::server)
        .get("/health/live", (request, response) -> send(response, 200, flag("live", true)))
        .get("/health/ready", this::ready)
        .get("/models/{model}", this::metadata)
        .get("/models/{model}/versions/{version}", this::metadata)
        .get("/models/{model}/ready", this::modelReady)
        .get("/models/{model}/versions/{version}/ready", this::modelReady)
        .post("/models/{model}/infer", this::infer)
        .post("/models/{model}/versions/{version}/infer", this::infer);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode flag(String name, boolean value) {
    return object().put(name, value);
  }

  private static void send(ServerResponse response, int status, JsonNode body) {
    send(response, status, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void send(ServerResponse response, int status, byte[] body) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, "application/json").send(body);
  }

  static void error(ServerResponse response, int status, String message) {
    send(response, status, object().put("error", message));
  }

  private void server(ServerRequest request, ServerResponse response) {
    ObjectNode json = object().put("name", "millrace").put("version", version);
    json.putArray("extensions");
    send(response, 200, json);
  }

  private void ready(ServerRequest request, ServerResponse response) {
    boolean ready = models.isReady();
    send(response, ready ? 200 : 503, flag("ready", ready));
  }

  private void modelReady(ServerRequest request, ServerResponse response) {
    String name = name(request);
    boolean ready;
    try {
      model(request, 0);
      ready = models.isReady();
    } catch (NotThereException e) {
      ready = false;
    }
    send(response, ready ? 200 : 503, flag("ready", ready).put("name", name));
  }

  private void metadata(ServerRequest request, ServerResponse response) {
    String name = name(request);
    ServedModel model = model(request, 0);
    ObjectNode json = object().put("name", name);
    ArrayNode versions = json.putArray("versions");
    models.all().stream()
        .map(ServedModel::version)
        .distinct()
        .sorted()
        .forEach(served -> versions.add(Long.toString(served)));
    json.put("platform", PLATFORM);
    ArrayNode inputs = json.putArray("inputs");
    for (InputField input : model.inputs()) {
      ObjectNode tensor = inputs.addObject().put("name", input.name());
      ArrayNode shape = tensor.put("datatype", input.datatype()).putArray("shape").add(-1);
      if (input.isList()) {
        shape.add(input.size());
      }
    }
    ArrayNode outputs = json.putArray("outputs");
    for (Answers.Output output : Answers.outputs(model)) {
      ArrayNode shape =
          outputs
              .addObject()
              .put("name", output.name())
              .put("datatype", output.datatype())
              .putArray("shape");
      output.shape().forEach(shape::add);
    }
    send(response, 200, json);
  }

  private void infer(ServerRequest request, ServerResponse response) throws InterruptedException {
    long start = System.nanoTime();
    String name = name(request);
    try {
      InferRequest asked = InferRequestReader.read(request.content().as(byte[].class));
      ServedModel model = model(request, partition(asked));
      Answers answers = new Answers(model, asked.rows());
      model.score(asked.inputs(), asked.rows(), answers::add);
      byte[] body = answers.toJson(name, asked);
      metrics.answered(System.nanoTime() - start, asked.rows());
      send(response, 200, body);
    } catch (RequestException | NotThereException e) {
      metrics.count(ServeMetrics.Outcome.REFUSED);
      throw e;
    } catch (RuntimeException e) {
      metrics.count(ServeMetrics.Outcome.FAILED);
      throw e;
    }
  }

  private int partition(InferRequest asked) {
    if (asked.partition().isPresent()) {
      int partition = asked.partition().getAsInt();
      if (partition < 0 || partition >= models.partitions()) {
        throw new RequestException(
            "parameter 'partition' is %d; expected 0 to %d"
                .formatted(partition, models.partitions() - 1));
      }
      return partition;
    }
    return asked.key().map(key -> models.partition(key.getBytes(StandardCharsets.UTF_8))).orElse(0);
  }

  private String name(ServerRequest request) {
    String name = request.path().pathParameters().get("model");
    if (!name.equals(models.pipeline().name())) {
      throw new NotThereException(
          404, "no model '%s' is served here; '%s' is".formatted(name, models.pipeline().name()));
    }
    return name;
  }

  private ServedModel model(ServerRequest request, int partition) {
    String asked = request.path().pathParameters().first("version").orElse(null);
    ServedModel model =
        models
            .model(partition)
            .orElseThrow(
                () ->
                    new NotThereException(
                        503,
                        "no version of '%s' is there for partition %d yet"
                            .formatted(models.pipeline().name(), partition)));
    if (asked != null && !asked.equals(Long.toString(model.version()))) {
      throw new NotThereException(
          404,
          "version %s of '%s' is not served for partition %d; version %d is"
              .formatted(asked, models.pipeline().name(), partition, model.version()));
    }
    return model;
  }
}
