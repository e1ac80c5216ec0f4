package dev.millrace.app.web;

import io.helidon.webserver.http.ServerRequest;
import java.util.OptionalInt;

/** What requests say in their paths and queries. */
final class Requests {
  private Requests() {}

  /** The pipeline of the path. */
  static String pipeline(ServerRequest request) {
    return request.path().pathParameters().get("pipeline");
  }

  /** The partition of the query; empty if it names none. */
  static OptionalInt partition(ServerRequest request) {
    return request
        .query()
        .first("partition")
        .map(text -> OptionalInt.of((int) number(text, "partition")))
        .orElse(OptionalInt.empty());
  }

  /** A number of the path. */
  static long number(ServerRequest request, String name) {
    return number(request.path().pathParameters().get(name), name);
  }

  private static long number(String text, String what) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new ApiException(400, "The %s is '%s'; expected a number".formatted(what, text));
    }
    throw new ApiException(400, "The %s is %s; expected 0 or more".formatted(what, text));
  }
}
