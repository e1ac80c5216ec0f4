package dev.millrace.app.web;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who may ask. A server that listens on this machine alone answers requests from it and pages of
 * its own. One that others reach answers them what probes and scrapers need, and all else to who
 * has the token; without a token nobody has it.
 */
public final class Access {
  private final boolean local;
  private final Optional<byte[]> authorization;

  /**
   * Access to a server.
   *
   * @param address that it listens on
   * @param token that others must give as {@code Authorization: Bearer <token>}
   */
  public Access(InetAddress address, Optional<String> token) {
    this.local = address.isLoopbackAddress();
    this.authorization = token.map(t -> ("Bearer " + t).getBytes(StandardCharsets.UTF_8));
  }

  /** Lets a request through, or answers it with a refusal. */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Optional<String> origin = request.headers().value(HeaderNames.ORIGIN);
    response.header(HeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
    if (local && !LocalPages.admit(request.authority(), origin)) {
      refuse(request, response, 403, "This server answers requests to and from 127.0.0.1 only");
    } else if (isOpen(request.path().path()) || hasToken(request)) {
      chain.proceed();
    } else {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"millrace\"");
      refuse(
          request,
          response,
          401,
          authorization.isPresent()
              ? "Give the token: Authorization: Bearer <token>"
              : "This server listens on an address that others reach, and was given no token, so it"
                  + " answers /metrics and /v2/health only. Start it with MILLRACE_HTTP_TOKEN");
    }
  }

  /** In the words of what was asked: the Open Inference Protocol has its own. */
  private static void refuse(
      RoutingRequest request, RoutingResponse response, int status, String message) {
    if (request.path().path().startsWith("/v2")) {
      Json.send(response, status, Json.object().put("error", message));
    } else {
      Json.error(response, status, message);
    }
  }

  private boolean isOpen(String path) {
    return local && authorization.isEmpty()
        || PageRoutes.has(path)
        || path.equals("/metrics")
        || path.startsWith("/v2/health/");
  }

  private boolean hasToken(RoutingRequest request) {
    byte[] given =
        request
            .headers()
            .value(HeaderNames.AUTHORIZATION)
            .orElse("")
            .getBytes(StandardCharsets.UTF_8);
    return authorization.isPresent() && MessageDigest.isEqual(authorization.get(), given);
  }
}
