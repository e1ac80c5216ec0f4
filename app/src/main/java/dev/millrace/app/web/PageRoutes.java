package dev.millrace.app.web;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The page and what it is made of: files from the jar, none from the network. */
final class PageRoutes implements HttpService {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** Nothing else is served: path, then file and type. */
  private static final Map<String, Asset> ASSETS =
      Map.of(
          "/", new Asset("index.html", "text/html; charset=utf-8"),
          "/style.css", new Asset("style.css", "text/css; charset=utf-8"),
          "/app.js", new Asset("app.js", "text/javascript; charset=utf-8"),
          "/charts.js", new Asset("charts.js", "text/javascript; charset=utf-8"),
          "/stream.js", new Asset("stream.js", "text/javascript; charset=utf-8"),
          "/panels.js", new Asset("panels.js", "text/javascript; charset=utf-8"),
          "/icon.svg", new Asset("icon.svg", "image/svg+xml"),
          "/uplot.js", new Asset(UPLOT + "uPlot.esm.js", "text/javascript; charset=utf-8"),
          "/uplot.css", new Asset(UPLOT + "uPlot.min.css", "text/css; charset=utf-8"));

  private static final HeaderName CONTENT_SECURITY_POLICY =
      HeaderNames.create("Content-Security-Policy");

  private record Asset(String resource, String type) {}

  @Override
  public void routing(HttpRules rules) {
    ASSETS.keySet().forEach(path -> rules.get(path, this::send));
  }

  /** Whether a path is part of the page, which holds no figures. */
  static boolean has(String path) {
    return ASSETS.containsKey(path);
  }

  private void send(ServerRequest request, ServerResponse response) throws IOException {
    Asset asset = ASSETS.get(request.path().path());
    try (InputStream in = PageRoutes.class.getResourceAsStream(asset.resource())) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + asset.resource());
      }
      response
          .header(HeaderNames.CONTENT_TYPE, asset.type())
          .header(HeaderNames.CACHE_CONTROL, "no-cache")
          .header(
              CONTENT_SECURITY_POLICY,
              "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'")
          .send(in.readAllBytes());
    }
  }
}
