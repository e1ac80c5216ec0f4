package dev.millrace.app.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** The only address that the embedded servers listen on, and its ports. */
final class Loopback {
  static final String HOST = "127.0.0.1";

  private Loopback() {}

  static InetAddress address() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /**
   * Ports that are free now, all different; a stated one is checked, 0 means any.
   *
   * @throws EmbeddedException naming the stated port that is in use
   */
  static int[] freePorts(int... wanted) {
    ServerSocket[] held = new ServerSocket[wanted.length];
    try {
      int[] ports = new int[wanted.length];
      for (int i = 0; i < wanted.length; i++) {
        held[i] = hold(wanted[i]);
        ports[i] = held[i].getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : held) {
        release(socket);
      }
    }
  }

  private static ServerSocket hold(int port) {
    if (port < 0 || port > 65_535) {
      throw new EmbeddedException("port must be 0 to 65535 (0 is any free one), port=" + port);
    }
    ServerSocket socket = null;
    try {
      socket = new ServerSocket();
      socket.bind(new InetSocketAddress(address(), port));
      return socket;
    } catch (IOException e) {
      release(socket);
      throw new EmbeddedException(
          "port "
              + port
              + " cannot be opened on "
              + HOST
              + " ("
              + e.getMessage()
              + "): stop the program that uses it, or choose another port, 0 for any free one",
          e);
    }
  }

  private static void release(ServerSocket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      throw new EmbeddedException("a port that was tried cannot be released", e);
    }
  }
}
