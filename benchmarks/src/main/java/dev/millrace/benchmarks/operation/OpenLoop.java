package dev.millrace.benchmarks.operation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * Requests that come at a fixed rate, whether those before them have been answered or not, as from
 * many users. A request's latency counts from the moment when it was due, so one that waits behind
 * a slow answer counts its waiting (no coordinated omission). One thread sends and receives, over
 * connections that are kept. It sleeps only while no answer is awaited and nothing is due.
 */
final class OpenLoop implements AutoCloseable {
  private static final int CONNECTIONS = 64;
  private static final int ANSWER_BYTES_MAX = 1 << 16;
  private static final int DIGITS = 3;
  private static final Pattern LENGTH =
      Pattern.compile("content-length: *(\\d+)", Pattern.CASE_INSENSITIVE);

  private final Selector selector = Selector.open();
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final List<byte[]> requests;
  private long lookedNs;
  private long gapEndNs;

  /** A longer one between two looks of a thread that is awake means that it lost its core. */
  private static final long GAP_NS = 200_000;

  /** It wakes so long before a request is due: a sleep ends late by the kernel's slack of 50 µs. */
  private static final long AWAKE_NS = 150_000;

  /**
   * What a run at one rate came to, in nanoseconds.
   *
   * @param undisturbed since due, of requests during which this thread did not lose its core: the
   *     others say how long it was away
   */
  record Latencies(Histogram sinceDue, Histogram sinceSent, Histogram undisturbed) {}

  /** One connection and the request that it waits for. */
  private static final class Connection {
    final SocketChannel channel;
    final ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES_MAX);
    ByteBuffer request;
    long dueNs;
    long sentNs;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  /**
   * Opens the connections.
   *
   * @param requests whole HTTP requests, sent in turn
   */
  OpenLoop(int port, List<byte[]> requests) throws IOException {
    this.requests = requests;
    for (int i = 0; i < CONNECTIONS; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      idle.add(connection);
    }
  }

  /**
   * Sends so many requests at the rate and waits for all answers.
   *
   * @throws IOException if one is no 200
   */
  Latencies run(int ratePerSecond, int count) throws IOException {
    Latencies latencies =
        new Latencies(new Histogram(DIGITS), new Histogram(DIGITS), new Histogram(DIGITS));
    long start = System.nanoTime();
    lookedNs = start;
    int sent = 0;
    int answered = 0;
    while (answered < count) {
      long now = look();
      long due = start + (long) (sent * 1e9 / ratePerSecond);
      if (sent < count && now >= due && !idle.isEmpty()) {
        send(idle.remove(), requests.get(sent % requests.size()), due, now);
        sent++;
      }
      if (sent == answered) {
        sleepUntil(due - AWAKE_NS);
      }
      answered += receive(latencies);
    }
    return latencies;
  }

  private void sleepUntil(long timeNs) {
    long now = look();
    if (now < timeNs) {
      LockSupport.parkNanos(timeNs - now);
      lookedNs = timeNs; // having slept longer than asked is a gap
    }
  }

  private long look() {
    long now = System.nanoTime();
    if (now - lookedNs > GAP_NS) {
      gapEndNs = now;
    }
    lookedNs = now;
    return now;
  }

  private void send(Connection connection, byte[] request, long due, long now) throws IOException {
    connection.dueNs = due;
    connection.sentNs = now;
    connection.answer.clear();
    connection.request = ByteBuffer.wrap(request);
    while (connection.request.hasRemaining()) { // a request is less than what a socket buffers
      connection.channel.write(connection.request);
    }
  }

  private int receive(Latencies latencies) throws IOException {
    if (selector.selectNow() == 0) {
      return 0;
    }
    int answered = 0;
    for (SelectionKey key : selector.selectedKeys()) {
      Connection connection = (Connection) key.attachment();
      if (connection.channel.read(connection.answer) < 0) {
        throw new IOException("the server has closed a connection");
      }
      if (isWhole(connection.answer)) {
        long now = look();
        latencies.sinceDue().recordValue(now - connection.dueNs);
        if (gapEndNs < connection.dueNs) {
          latencies.undisturbed().recordValue(now - connection.dueNs);
        }
        latencies.sinceSent().recordValue(now - connection.sentNs);
        idle.add(connection);
        answered++;
      }
    }
    selector.selectedKeys().clear();
    return answered;
  }

  private static boolean isWhole(ByteBuffer answer) throws IOException {
    String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
    int body = text.indexOf("\r\n\r\n") + 4;
    if (body < 4) {
      return false;
    }
    Matcher length = LENGTH.matcher(text);
    if (!text.startsWith("HTTP/1.1 200") || !length.find()) {
      throw new IOException("the server answered: " + text);
    }
    return text.length() >= body + Integer.parseInt(length.group(1));
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
