package dev.millrace.app.pipeline;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for brokers that go away and come back: they lie below those that the system gives to
 * connections, so that none of these has it meanwhile, not even one that tries to reach it.
 */
final class Ports {
  private static final int FIRST = 20_000;
  private static final int LAST = 30_000;

  private Ports() {}

  /** A port that nobody listens on. */
  static int free() {
    IOException last = null;
    for (int tries = 0; tries < 100; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (IOException e) {
        last = e;
      }
    }
    throw new AssertionError("no port from %d to %d is free".formatted(FIRST, LAST), last);
  }
}
