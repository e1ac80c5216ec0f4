package dev.millrace.app.pipeline;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.app.serve.InferenceServer;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.serve.ServeListener;
import dev.millrace.topology.serve.ServedModel;
import dev.millrace.topology.serve.ServedModels;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;

/** The models of a pipeline as they are served, and whoever asks for them. */
final class Served implements AutoCloseable, ServeListener {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What the server said. */
  record Answer(int status, JsonNode body) {
    /** The numbers or texts of an output tensor. */
    JsonNode output(String name) {
      for (JsonNode output : body.get("outputs")) {
        if (output.get("name").asText().equals(name)) {
          return output.get("data");
        }
      }
      throw new AssertionError("no output " + name + " in " + body);
    }

    /** The bits of the probabilities of a row. */
    List<Integer> bits(int row, int classes) {
      List<Integer> bits = new ArrayList<>();
      for (int i = 0; i < classes; i++) {
        String number = output("probabilities").get(row * classes + i).asText();
        bits.add(Float.floatToRawIntBits(Float.parseFloat(number)));
      }
      return bits;
    }

    long version() {
      return body.get("parameters").get("model_version").asLong();
    }
  }

  final ServedModels models;
  final InferenceServer server;
  final List<String> broken = new CopyOnWriteArrayList<>();
  final List<Long> versions = new CopyOnWriteArrayList<>();
  private final Pipeline pipeline;
  private final HttpClient http = HttpClient.newHttpClient();

  Served(Pipeline pipeline) {
    this(pipeline, CopyName.NEWEST, "127.0.0.1", Optional.empty());
  }

  Served(Pipeline pipeline, CopyName only, String host, Optional<String> token) {
    this.pipeline = pipeline;
    models =
        ServedModels.follow(
            pipeline,
            new ServedModels.Options(
                only, KernelChoice.select(KernelChoice.Mode.AUTO).kernels(), 2),
            this);
    server =
        InferenceServer.start(
            models, new InetSocketAddress(host, 0), token, InstantSource.system(), "test");
  }

  @Override
  public void serves(ServedModel model) {
    versions.add(model.version());
  }

  @Override
  public void broken(String model, String why) {
    broken.add(why);
  }

  /** Waits until a version is served. */
  Served awaitVersion(long version) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                models.isReady()
                    && models.model(0).map(ServedModel::version).orElse(-1L) == version);
    return this;
  }

  Answer get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET().build());
  }

  Answer post(String path, String body, String... headers) throws Exception {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  Answer infer(String body) throws Exception {
    return post("/v2/models/" + pipeline.name() + "/infer", body);
  }

  String text(String path) throws Exception {
    return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  private Answer send(HttpRequest request) throws Exception {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /** A request of events, a tensor for each field but those left out. */
  static ObjectNode request(Schema schema, List<byte[]> values, List<String> without)
      throws IOException {
    List<GenericRecord> records = new ArrayList<>();
    for (byte[] value : values) {
      records.add(
          new GenericDatumReader<GenericRecord>(schema)
              .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null)));
    }
    ObjectNode request = JSON.createObjectNode();
    ArrayNode inputs = request.putArray("inputs");
    for (Schema.Field field : schema.getFields()) {
      if (!without.contains(field.name())) {
        ObjectNode input = inputs.addObject().put("name", field.name());
        input.putArray("shape").add(records.size());
        ArrayNode data = input.putArray("data");
        boolean isText = false;
        for (GenericRecord record : records) {
          Object cell = record.get(field.pos());
          isText |= cell instanceof CharSequence;
          data.add(JSON.valueToTree(cell instanceof CharSequence ? cell.toString() : cell));
        }
        input.put("datatype", isText ? "BYTES" : "FP64");
      }
    }
    return request;
  }

  @Override
  public void close() {
    server.close();
    models.close();
    http.close();
  }
}
