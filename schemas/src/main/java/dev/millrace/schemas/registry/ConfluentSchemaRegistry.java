package dev.millrace.schemas.registry;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.ParsedSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaMetadata;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.core.JsonProcessingException;

/**
 * The registry through Confluent's own client, which is taken from where it can be had: relocated,
 * inside Flink's connector (docs/decisions/0002). No other class names that package. What this
 * class adds is a verdict on each failure: away, not there, or not compatible.
 */
public final class ConfluentSchemaRegistry implements SchemaRegistry {
  /** One URL, or several with commas between them; the next is asked when one cannot be reached. */
  public static final String URL = "schema.registry.url";

  private static final Map<String, String> DEFAULTS =
      Map.of("http.connect.timeout.ms", "3000", "http.read.timeout.ms", "5000");

  /** More schemas under one subject than this are a producer's fault, not a cache's. */
  private static final int SCHEMAS_PER_SUBJECT_MAX = 1000;

  /** What the client reports when an error answer is not JSON. */
  private static final int NOT_JSON = 50005;

  private final List<String> urlsToShow;
  private final CachedSchemaRegistryClient client;
  private final Map<Integer, Schema> byId = new ConcurrentHashMap<>();

  /**
   * Opens no connection yet.
   *
   * @param config settings by Confluent's names: {@link #URL}, {@code
   *     basic.auth.credentials.source}, {@code basic.auth.user.info}, {@code
   *     schema.registry.ssl.*}, {@code http.*.timeout.ms} and what else its client knows
   * @throws IllegalArgumentException if a setting is missing or wrong
   */
  public ConfluentSchemaRegistry(Map<String, String> config) {
    List<String> urls = urls(config.getOrDefault(URL, ""));
    urlsToShow = urls.stream().map(ConfluentSchemaRegistry::withoutUserInfo).toList();
    Map<String, String> all = new HashMap<>(DEFAULTS);
    all.putAll(config);
    try {
      client = new CachedSchemaRegistryClient(urls, SCHEMAS_PER_SUBJECT_MAX, all);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the registry's settings are refused by its client: " + reasons(e), e);
    }
  }

  @Override
  public int register(String subject, Schema schema) {
    String question = "registering a schema under subject " + subject;
    int id = ask(question, () -> client.register(subject, new AvroSchema(schema.toString())));
    if (id < 1) { // what the client makes of an answer without one
      throw notARegistry(question, 200, null);
    }
    return id;
  }

  @Override
  public Schema schemaById(int id) {
    Schema known = byId.get(id);
    if (known != null) {
      return known;
    }
    String question = "looking up schema id " + id;
    try {
      Schema schema = parse(ask(question, () -> client.getSchemaById(id)), question);
      byId.put(id, schema);
      return schema;
    } catch (RegistryUnavailableException e) {
      client.reset(); // or it would keep what it made of an answer that was none
      throw e;
    }
  }

  @Override
  public Optional<Registered> latest(String subject) {
    String question = "looking up the latest schema of subject " + subject;
    SchemaMetadata latest;
    try {
      latest = ask(question, () -> client.getLatestSchemaMetadata(subject));
    } catch (SchemaNotFoundException e) {
      return Optional.empty();
    }
    Schema schema = schemaById(latest.getId());
    return Optional.of(new Registered(subject, latest.getId(), latest.getVersion(), schema));
  }

  @Override
  public List<String> subjects() {
    return ask("listing the subjects", client::getAllSubjects).stream().sorted().toList();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new RegistryUnavailableException("closing the client of " + show() + " failed", e);
    }
  }

  /** One request to the real client. */
  private interface Request<T> {
    T send() throws IOException, RestClientException;
  }

  private <T> T ask(String question, Request<T> request) {
    try {
      return request.send();
    } catch (RestClientException e) {
      throw refused(question, e);
    } catch (JsonProcessingException e) {
      throw notARegistry(question, 200, e);
    } catch (IOException e) {
      throw failed(question, e);
    } catch (NullPointerException e) { // the client takes JSON without the fields it needs
      throw notARegistry(question, 200, e);
    }
  }

  private RuntimeException refused(String question, RestClientException e) {
    int status = e.getStatus();
    if (e.getErrorCode() == NOT_JSON) {
      return notARegistry(question, status, e);
    }
    // 404 alone may be any web server's; the registry's own error codes are 40401 and on
    if (status == 404 && e.getErrorCode() / 100 == 404) {
      return new SchemaNotFoundException(question + ": " + show() + " has none", e);
    }
    if (status == 409 || status == 422) {
      return new IncompatibleSchemaException(
          question
              + ": refused by "
              + show()
              + ": "
              + e.getMessage()
              + ". Make the new schema readable together with the old ones (give added fields a"
              + " default), or set another compatibility level for the subject.",
          e);
    }
    String remedy =
        status == 401 || status == 403
            ? "Check basic.auth.credentials.source, basic.auth.user.info and the user's"
                + " permissions."
            : "The registry's own log says more; asking again later may help.";
    return new RegistryUnavailableException(
        question + ": " + show() + " answered " + status + ". " + remedy, e, status >= 429);
  }

  private RuntimeException failed(String question, IOException e) {
    // The client's words for an answer in a schema language that it was not given
    if (e.getMessage() != null && e.getMessage().startsWith("Invalid schema")) {
      return new SchemaNotFoundException(
          question + ": " + show() + " has it, but it is not a valid Avro schema", e);
    }
    return new RegistryUnavailableException(
        question
            + ": "
            + show()
            + " cannot be reached: "
            + reason(e)
            + ". Is the registry running, and is "
            + URL
            + " right?",
        e);
  }

  private RegistryUnavailableException notARegistry(String question, int status, Exception e) {
    return new RegistryUnavailableException(
        question
            + ": "
            + show()
            + " answered "
            + status
            + " with something that is no registry's answer, such as a web page. Does "
            + URL
            + " name a schema registry, and no proxy or console?",
        e,
        status >= 429); // a proxy's page for a registry that is away
  }

  private Schema parse(ParsedSchema found, String question) {
    if (found.rawSchema() == null) { // JSON without a schema
      throw notARegistry(question, 200, null);
    }
    if (!(found.rawSchema()
        instanceof org.apache.flink.avro.shaded.org.apache.avro.Schema resolved)) {
      throw new SchemaNotFoundException(
          question + ": " + show() + " has it, but as " + found.schemaType() + ", not Avro", null);
    }
    try {
      // Old producers registered defaults that Avro forbids today; a reader has no use for them
      return new Schema.Parser().setValidateDefaults(false).parse(resolved.toString());
    } catch (RuntimeException e) { // of whatever kind: Avro has several for its limits
      throw new SchemaNotFoundException(
          question + ": " + show() + " has it, but Avro cannot read it: " + e.getMessage(), e);
    }
  }

  private String show() {
    return "schema registry " + String.join(", ", urlsToShow);
  }

  private static List<String> urls(String commaSeparated) {
    List<String> urls =
        Stream.of(commaSeparated.split(","))
            .map(String::strip)
            .filter(url -> !url.isEmpty())
            .collect(Collectors.toList());
    if (urls.isEmpty()) {
      throw new IllegalArgumentException(URL + " is missing, as in http://localhost:8081");
    }
    for (String url : urls) {
      if (!url.startsWith("http://") && !url.startsWith("https://")) {
        throw new IllegalArgumentException(
            URL + " must begin with http:// or https://, url=" + withoutUserInfo(url));
      }
    }
    return urls;
  }

  /** What went wrong and what was behind it, outermost first. */
  private static String reasons(Throwable failure) {
    StringBuilder reasons = new StringBuilder(reason(failure));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      reasons.append(", because ").append(reason(cause));
    }
    return reasons.toString();
  }

  /** Without the text if it may show a URL with a login. */
  private static String reason(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String text = failure.getMessage();
    return text == null || text.contains("@") ? name : name + " (" + text + ")";
  }

  private static String withoutUserInfo(String url) {
    int host = url.lastIndexOf('@') + 1;
    int scheme = url.indexOf("//") + 2;
    return scheme >= 2 && scheme < host
        ? url.substring(0, scheme) + url.substring(host)
        : url.substring(host);
  }
}
