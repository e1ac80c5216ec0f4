package dev.millrace.app.fault;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * One connection, read as Kafka frames it:
 *
 * <pre>
 *   request   int32 size │ int16 api key │ int16 api version │ int32 correlation id │ …
 *   answer    int32 size │ int32 correlation id │ …
 * </pre>
 *
 * <p>Answers come in the order of their requests, also those that the proxy gives itself.
 */
final class ProxiedConnection {
  private static final long DELAY_MS = 1_500;

  /** A request without an answer yet; {@code own} is one that the broker never saw. */
  private record Asked(int correlationId, boolean loseAnswer, byte[] own) {}

  private final Socket client;
  private final Socket broker;
  private final Function<ApiKeys, Fault> faults;
  private final Deque<Asked> asked = new ArrayDeque<>();

  ProxiedConnection(Socket client, Socket broker, Function<ApiKeys, Fault> faults) {
    this.client = client;
    this.broker = broker;
    this.faults = faults;
  }

  void start(Runnable onEnd) {
    Thread.ofVirtual().start(() -> untilClosed(this::requests));
    Thread.ofVirtual()
        .start(
            () -> {
              untilClosed(this::answers);
              onEnd.run();
            });
  }

  private interface Pump {
    void run() throws IOException;
  }

  private void untilClosed(Pump pump) {
    try {
      pump.run();
    } catch (IOException e) {
      // one side has gone; so does the other
    } finally {
      close();
    }
  }

  private void requests() throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    while (true) {
      byte[] frame = in.readNBytes(in.readInt());
      ByteBuffer head = ByteBuffer.wrap(frame);
      ApiKeys key = ApiKeys.forId(head.getShort());
      head.getShort();
      int correlationId = head.getInt();
      Fault fault = faults.apply(key);
      switch (fault == null ? null : fault.kind()) {
        case null -> pass(frame, correlationId, false);
        case DELAYED -> {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(DELAY_MS));
          pass(frame, correlationId, false);
        }
        case ANSWER_LOST -> pass(frame, correlationId, true);
        case REFUSED -> answerMyself(new Asked(correlationId, false, refusal(frame, fault)));
        case SWALLOWED -> {
          in.transferTo(java.io.OutputStream.nullOutputStream());
          return;
        }
        case CUT -> {
          return;
        }
      }
    }
  }

  private void pass(byte[] frame, int correlationId, boolean loseAnswer) throws IOException {
    synchronized (asked) {
      asked.add(new Asked(correlationId, loseAnswer, null));
    }
    write(broker, frame);
  }

  private void answers() throws IOException {
    DataInputStream in = new DataInputStream(broker.getInputStream());
    while (true) {
      byte[] frame = in.readNBytes(in.readInt());
      synchronized (asked) {
        Asked first = asked.remove();
        int correlationId = ByteBuffer.wrap(frame).getInt();
        if (first.correlationId != correlationId) {
          throw new IllegalStateException(
              "answers out of order, expected=" + first.correlationId + ", got=" + correlationId);
        }
        if (first.loseAnswer) {
          return;
        }
        write(client, frame);
        writeOwn();
      }
    }
  }

  private void answerMyself(Asked refused) throws IOException {
    synchronized (asked) {
      asked.add(refused);
      writeOwn();
    }
  }

  /** Answers of the proxy's own whose turn has come. */
  private void writeOwn() throws IOException {
    while (!asked.isEmpty() && asked.peek().own != null) {
      write(client, asked.remove().own);
    }
  }

  /** What a broker would answer that refuses the whole request. */
  private static byte[] refusal(byte[] frame, Fault fault) {
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    RequestHeader header = RequestHeader.parse(buffer);
    var request =
        AbstractRequest.parseRequest(
            header.apiKey(), header.apiVersion(), new ByteBufferAccessor(buffer));
    var response = request.request.getErrorResponse(0, fault.error().exception());
    ByteBuffer answer =
        RequestUtils.serialize(
            header.toResponseHeader().data(),
            header.toResponseHeader().headerVersion(),
            response.data(),
            header.apiVersion());
    byte[] bytes = new byte[answer.remaining()];
    answer.get(bytes);
    return bytes;
  }

  private static void write(Socket to, byte[] frame) throws IOException {
    DataOutputStream out = new DataOutputStream(to.getOutputStream());
    ByteBuffer framed = ByteBuffer.allocate(Integer.BYTES + frame.length);
    out.write(framed.putInt(frame.length).put(frame).array());
  }

  void close() {
    try {
      client.close();
      broker.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a socket cannot be closed", e);
    }
  }
}
