package dev.millrace.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The HTTP interface as docs/openapi.yaml describes it, and as the servers route it. */
public final class DescribedApi {
  private static final Path FILE = Path.of("../docs/openapi.yaml");

  private DescribedApi() {}

  /** What is described below a path: {@code GET /pipelines/{pipeline}}. */
  public static Set<String> described(String path) throws IOException {
    SwaggerParseResult read = new OpenAPIV3Parser().readContents(Files.readString(FILE));
    assertThat(read.getMessages()).as("what is no OpenAPI in " + FILE).isEmpty();
    OpenAPI api = read.getOpenAPI();
    Set<String> described = new TreeSet<>();
    api.getPaths()
        .forEach(
            (of, item) ->
                item.readOperationsMap()
                    .keySet()
                    .forEach(
                        method -> {
                          if (of.equals(path) || of.startsWith(path + "/")) {
                            described.add(method + " " + of);
                          }
                        }));
    return described;
  }

  /** What services that are registered at a path answer. */
  public static Set<String> routed(String path, HttpService... services) {
    Set<String> routed = new TreeSet<>();
    for (HttpService service : services) {
      HttpRules rules =
          (HttpRules)
              Proxy.newProxyInstance(
                  DescribedApi.class.getClassLoader(),
                  new Class<?>[] {HttpRules.class},
                  (proxy, method, arguments) -> {
                    String below = arguments[0].equals("/") ? "" : (String) arguments[0];
                    routed.add(method.getName().toUpperCase() + " " + path + below);
                    return proxy;
                  });
      service.routing(rules);
    }
    return routed;
  }
}
