package dev.millrace.app.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Prints records, a line each; a value that cannot be decoded is told as such. */
final class RecordPrinter {
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
                  registry.schemaById(WireFormat.schemaId(record.value())), record.value());
    } catch (WireFormatException | SchemaNotFoundException e) {
      error = e.getMessage();
    }
    String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    if (format == OutputFormat.json) {
      out.printf(
          "{\"partition\":%d,\"offset\":%d,\"timestamp\":%d,\"key\":%s,%s}%n",
          record.partition(),
          record.offset(),
          record.timestamp(),
          quoted(key),
          error == null ? "\"value\":" + value : "\"error\":" + quoted(error));
    } else {
      out.printf(
          "%d:%d%s  %s%n",
          record.partition(),
          record.offset(),
          key == null ? "" : "  " + key,
          error == null ? value : "(not decoded: " + error + ")");
    }
    out.flush();
  }

  private static String quoted(String text) {
    return text == null
        ? "null"
        : "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }
}
