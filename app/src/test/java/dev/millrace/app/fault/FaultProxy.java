package dev.millrace.app.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Stands between Kafka's clients and a listener of a broker, and lets faults strike requests of a
 * kind. The broker must advertise the proxy's address, or clients would go around it.
 */
public final class FaultProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int brokerPort;
  private final Map<ApiKeys, Queue<Fault>> armed = new EnumMap<>(ApiKeys.class);
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final List<String> struck = new ArrayList<>();

  private FaultProxy(ServerSocket server, int brokerPort) {
    this.server = server;
    this.brokerPort = brokerPort;
    for (ApiKeys key : ApiKeys.values()) {
      armed.put(key, new ConcurrentLinkedQueue<>());
    }
  }

  /** Listens at once; the broker may come later. */
  public static FaultProxy start(int port, int brokerPort) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    FaultProxy proxy = new FaultProxy(server, brokerPort);
    Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
    return proxy;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        connect(client);
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket broker = new Socket();
    try {
      broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort));
    } catch (IOException e) { // a broker that is away: its client sees the same
      broker.close();
      client.close();
      return;
    }
    ProxiedConnection connection = new ProxiedConnection(client, broker, this::next);
    connections.add(connection);
    connection.start(() -> connections.remove(connection));
  }

  /** The next request of the kind is struck, after those armed before. */
  public void arm(ApiKeys key, Fault fault) {
    armed.get(key).add(fault);
  }

  /** Whether all that was armed has struck. */
  public boolean spent() {
    return armed.values().stream().allMatch(Queue::isEmpty);
  }

  /** What has struck, in order. */
  public List<String> struck() {
    synchronized (struck) {
      return List.copyOf(struck);
    }
  }

  private Fault next(ApiKeys key) {
    Fault fault = armed.get(key).poll();
    if (fault != null) {
      synchronized (struck) {
        struck.add(key + " " + fault);
      }
    }
    return fault;
  }

  @Override
  public void close() throws IOException {
    server.close();
    connections.forEach(ProxiedConnection::close);
  }
}
