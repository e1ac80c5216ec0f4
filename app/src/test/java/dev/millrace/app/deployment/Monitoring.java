package dev.millrace.app.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Grafana's dashboard and Prometheus' alerts ask for, in PromQL. */
public final class Monitoring {
  private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?=\\s*(\\()?)");
  private static final Set<String> OPERATORS =
      Set.of("and", "or", "unless", "by", "without", "bool");

  /** Functions and aggregations that are in use. */
  static final Set<String> FUNCTIONS = Set.of("max", "sum", "rate", "increase");

  private Monitoring() {}

  /** Every query, by where it stands. */
  public static Map<String, String> queries() {
    Map<String, String> queries = new LinkedHashMap<>();
    for (JsonNode panel : dashboard().get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        String place = panel.get("title").asText() + " " + target.get("refId").asText();
        queries.put(place, target.get("expr").asText().replace("$pipeline", ".*"));
      }
    }
    for (Map<String, Object> alert : alerts().values()) {
      queries.put((String) alert.get("alert"), (String) alert.get("expr"));
    }
    return queries;
  }

  static JsonNode dashboard() {
    try {
      return new ObjectMapper().readTree(DockerFolder.text("grafana/dashboards/millrace.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By name. */
  static Map<String, Map<String, Object>> alerts() {
    Map<String, Map<String, Object>> alerts = new LinkedHashMap<>();
    for (Object group :
        DockerFolder.list(
            DockerFolder.documents("prometheus/alerts.yml").getFirst().get("groups"))) {
      for (Object rule : DockerFolder.list(DockerFolder.map(group).get("rules"))) {
        alerts.put((String) DockerFolder.map(rule).get("alert"), DockerFolder.map(rule));
      }
    }
    return alerts;
  }

  /** The functions that a query calls, or the metrics that it names. */
  private static Set<String> words(String query, boolean called) {
    String bare =
        query
            .replaceAll("\"[^\"]*\"", "")
            .replaceAll("\\{[^}]*}", "")
            .replaceAll("\\[[^]]*]", "")
            .replaceAll("\\b(by|without)\\s*\\([^)]*\\)", "");
    Set<String> words = new TreeSet<>();
    Matcher word = WORD.matcher(bare);
    while (word.find()) {
      if (!OPERATORS.contains(word.group()) && (word.group(1) != null) == called) {
        words.add(word.group());
      }
    }
    return words;
  }

  static Set<String> functions(String query) {
    return words(query, true);
  }

  /** The metrics that a query names. */
  public static Set<String> metrics(String query) {
    return words(query, false);
  }
}
