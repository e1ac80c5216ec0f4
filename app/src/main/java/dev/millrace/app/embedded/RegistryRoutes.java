package dev.millrace.app.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * Confluent's REST API over the registry's state and log: what its stock clients send and what
 * consoles show. Avro only, no references, no deletion. One request at a time: the state is in
 * memory, and an id must not be given twice.
 */
final class RegistryRoutes implements HttpService {
  static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryState state;
  private final RegistryLog log;

  RegistryRoutes(RegistryState state, RegistryLog log) {
    this.state = state;
    this.log = log;
  }

  /** What a request answers; runs alone. */
  private interface Answer {
    JsonNode to(ServerRequest request) throws IOException;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", json(r -> JSON.createObjectNode()))
        .get("/subjects", json(r -> JSON.valueToTree(state.subjects())))
        .post("/subjects/{subject}", json(this::find))
        .get("/subjects/{subject}/versions", json(this::versions))
        .post("/subjects/{subject}/versions", json(this::register))
        .get("/subjects/{subject}/versions/{version}", json(r -> describe(version(r))))
        .get("/subjects/{subject}/versions/{version}/schema", json(this::schemaOfVersion))
        .get("/schemas/types", json(r -> JSON.createArrayNode().add("AVRO")))
        .get("/schemas/ids/{id}", json(this::byId))
        .get("/schemas/ids/{id}/versions", json(this::usesOfId))
        .post("/compatibility/subjects/{subject}/versions", json(this::compatibleWithAll))
        .post("/compatibility/subjects/{subject}/versions/{version}", json(this::compatible))
        .get("/config", json(r -> level("compatibilityLevel", state.globalLevel())))
        .put("/config", json(r -> setLevel(null, r)))
        .get("/config/{subject}", json(this::subjectLevel))
        .put("/config/{subject}", json(r -> setLevel(subject(r), r)))
        .get("/mode", json(r -> JSON.createObjectNode().put("mode", "READWRITE")))
        .get("/mode/{subject}", json(r -> JSON.createObjectNode().put("mode", "READWRITE")))
        .any(RegistryRoutes::unknown);
  }

  /** Turns failures of any route into Confluent's error JSON. */
  static void errors(HttpRouting.Builder routing) {
    routing
        .error(RegistryError.class, (request, response, e) -> send(response, e))
        .error(
            Exception.class,
            (request, response, e) ->
                send(
                    response,
                    new RegistryError(500, 50001, "Error in the embedded registry: " + e)));
  }

  private Handler json(Answer answer) {
    return (request, response) -> {
      JsonNode body;
      synchronized (state) {
        body = answer.to(request);
      }
      send(response, 200, body);
    };
  }

  private JsonNode register(ServerRequest request) throws IOException {
    Schema schema = schema(request);
    RegistryState.Version known = state.find(subject(request), schema.toString());
    if (known == null) {
      known = state.next(subject(request), schema);
      state.check(known);
      log.append(known);
      state.add(known);
    }
    return JSON.createObjectNode().put("id", known.id());
  }

  private JsonNode find(ServerRequest request) throws IOException {
    String text = schema(request).toString();
    state.versions(subject(request));
    RegistryState.Version found = state.find(subject(request), text);
    if (found == null) {
      throw RegistryError.schemaNotFound();
    }
    return describe(found);
  }

  private JsonNode versions(ServerRequest request) {
    ArrayNode versions = JSON.createArrayNode();
    state.versions(subject(request)).forEach(v -> versions.add(v.version()));
    return versions;
  }

  private JsonNode schemaOfVersion(ServerRequest request) throws IOException {
    return JSON.readTree(version(request).text());
  }

  private JsonNode byId(ServerRequest request) {
    ObjectNode found = JSON.createObjectNode().put("schema", state.byId(id(request)).text());
    if (request.query().first("fetchMaxId").map(Boolean::parseBoolean).orElse(false)) {
      found.put("maxId", state.idMax());
    }
    return found;
  }

  private JsonNode usesOfId(ServerRequest request) {
    ArrayNode uses = JSON.createArrayNode();
    for (RegistryState.Version use : state.usesOf(id(request))) {
      uses.addObject().put("subject", use.subject()).put("version", use.version());
    }
    return uses;
  }

  private JsonNode compatible(ServerRequest request) throws IOException {
    return verdict(request, List.of(version(request)));
  }

  private JsonNode compatibleWithAll(ServerRequest request) throws IOException {
    return verdict(request, state.existing(subject(request)));
  }

  private JsonNode verdict(ServerRequest request, List<RegistryState.Version> against)
      throws IOException {
    RegistryState.Version next = state.next(subject(request), schema(request));
    List<String> objections = state.objections(next, against);
    ObjectNode verdict = JSON.createObjectNode().put("is_compatible", objections.isEmpty());
    if (request.query().first("verbose").map(Boolean::parseBoolean).orElse(false)) {
      verdict.set("messages", JSON.valueToTree(objections));
    }
    return verdict;
  }

  private JsonNode subjectLevel(ServerRequest request) {
    boolean orGlobal =
        request.query().first("defaultToGlobal").map(Boolean::parseBoolean).orElse(false);
    String subject = subject(request);
    return level(
        "compatibilityLevel", orGlobal ? state.effectiveLevel(subject) : state.level(subject));
  }

  private JsonNode setLevel(String subject, ServerRequest request) throws IOException {
    String name = body(request).path("compatibility").asText();
    CompatibilityLevel level = levelNamed(name);
    log.append(subject, level);
    state.setLevel(subject, level);
    return level("compatibility", level);
  }

  private static CompatibilityLevel levelNamed(String name) {
    for (CompatibilityLevel level : CompatibilityLevel.values()) {
      if (level.name().equals(name.toUpperCase(Locale.ROOT))) {
        return level;
      }
    }
    throw RegistryError.invalidLevel(name);
  }

  private static JsonNode level(String field, CompatibilityLevel level) {
    return JSON.createObjectNode().put(field, level.name());
  }

  private static JsonNode describe(RegistryState.Version version) {
    return JSON.createObjectNode()
        .put("subject", version.subject())
        .put("version", version.version())
        .put("id", version.id())
        .put("schema", version.text());
  }

  private static String subject(ServerRequest request) {
    return request.path().pathParameters().get("subject");
  }

  private RegistryState.Version version(ServerRequest request) {
    String wanted = request.path().pathParameters().get("version");
    String subject = subject(request);
    if (wanted.equals("latest") || wanted.equals("-1")) {
      return state.latest(subject);
    }
    int version = positive(wanted);
    if (version == 0) {
      throw RegistryError.invalidVersion(wanted);
    }
    return state.version(subject, version);
  }

  private static int id(ServerRequest request) {
    int id = positive(request.path().pathParameters().get("id"));
    if (id == 0) {
      throw RegistryError.schemaNotFound();
    }
    return id;
  }

  /** The number that the text is, or 0 if it is none from 1 to 2^31 - 1. */
  private static int positive(String text) {
    boolean number = text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    long value = number && !text.isEmpty() ? Long.parseLong(text) : 0;
    return value <= Integer.MAX_VALUE ? (int) value : 0;
  }

  private static Schema schema(ServerRequest request) throws IOException {
    JsonNode body = body(request);
    if (!body.path("schemaType").asText("AVRO").equals("AVRO")) {
      throw RegistryError.invalidSchema("the embedded registry takes Avro only");
    }
    if (!body.path("references").isEmpty()) {
      throw RegistryError.invalidSchema("the embedded registry takes no references");
    }
    if (!body.path("schema").isTextual()) {
      throw RegistryError.invalidSchema("the field schema is missing");
    }
    try {
      return new Schema.Parser().parse(body.path("schema").textValue());
    } catch (AvroRuntimeException e) {
      throw RegistryError.invalidSchema(e.getMessage());
    }
  }

  private static JsonNode body(ServerRequest request) throws IOException {
    try {
      return JSON.readTree(request.content().as(byte[].class));
    } catch (JsonProcessingException e) {
      throw new RegistryError(400, 400, "Bad Request: the body is not JSON");
    }
  }

  private static void unknown(ServerRequest request, ServerResponse response) {
    throw request.prologue().method().equals(Method.DELETE)
        ? new RegistryError(405, 405, "The embedded registry does not delete")
        : new RegistryError(404, 404, "HTTP 404 Not Found");
  }

  static void send(ServerResponse response, RegistryError error) {
    ObjectNode body =
        JSON.createObjectNode().put("error_code", error.code()).put("message", error.getMessage());
    send(response, error.status(), body);
  }

  private static void send(ServerResponse response, int status, JsonNode body) {
    response.status(Status.create(status)).header(HeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    response.send(body.toString().getBytes(StandardCharsets.UTF_8));
  }
}
