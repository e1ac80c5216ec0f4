package dev.millrace.app.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.error.DeadLetterHeaders;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Prints records, a line each; a value that cannot be decoded is told as such. */
final class RecordPrinter {
  private static final int BYTES_SHOWN = 24;
  private static final String STACK_TRACE = "__streams.errors.stacktrace";

  private final SchemaRegistry registry;
  private final OutputFormat format;
  private final PrintWriter out;

  RecordPrinter(SchemaRegistry registry, OutputFormat format, PrintWriter out) {
    this.registry = registry;
    this.format = format;
    this.out = out;
  }

  void print(ConsumerRecord<byte[], byte[]> record) {
    String value = "null";
    String error = null;
    try {
      value =
          record.value() == null
              ? "null"
              : AvroJson.text(
                  registry.schemaById(WireFormat.schemaId(record.value())),
                  record.value(),
                  format == OutputFormat.table ? BYTES_SHOWN : Integer.MAX_VALUE);
    } catch (WireFormatException | SchemaNotFoundException e) {
      error = e.getMessage();
    }
    String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    if (format == OutputFormat.json) {
      out.printf(
          "{\"partition\":%d,\"offset\":%d,\"timestamp\":%d,\"key\":%s%s,%s}%n",
          record.partition(),
          record.offset(),
          record.timestamp(),
          quoted(key),
          headers(record),
          error == null ? "\"value\":" + value : "\"error\":" + quoted(error));
    } else {
      out.printf(
          "%d:%d%s%s  %s%n",
          record.partition(),
          record.offset(),
          key == null ? "" : "  " + key,
          reason(record),
          error == null ? value : "(not decoded: " + error + ")");
    }
    out.flush();
  }

  /** All headers but a stack trace, which is for nobody who reads lines. */
  private static String headers(ConsumerRecord<byte[], byte[]> record) {
    StringJoiner headers = new StringJoiner(",", ",\"headers\":{", "}");
    headers.setEmptyValue("");
    for (Header header : record.headers()) {
      if (!header.key().equals(STACK_TRACE)) {
        headers.add(quoted(header.key()) + ":" + quoted(text(header)));
      }
    }
    return headers.toString();
  }

  /** Why a record is a dead letter, if it is one. */
  private static String reason(ConsumerRecord<byte[], byte[]> record) {
    Header reason = record.headers().lastHeader(DeadLetterHeaders.REASON);
    Header message = record.headers().lastHeader(DeadLetterHeaders.MESSAGE);
    return reason == null || message == null
        ? ""
        : "  " + text(reason) + " (" + text(message) + ")";
  }

  private static String text(Header header) {
    return header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    return text == null
        ? "null"
        : "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }
}
