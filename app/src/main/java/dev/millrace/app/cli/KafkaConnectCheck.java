package dev.millrace.app.cli;

import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.SchemaFeatures;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;

/** Asks Kafka and the registry themselves. */
public final class KafkaConnectCheck implements ConnectCheck {
  @Override
  public List<Finding> check(Pipeline pipeline, Duration bound) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    kafka(pipeline, bound, findings);
    registry(pipeline, findings);
    return findings;
  }

  private static void kafka(Pipeline pipeline, Duration bound, List<Finding> findings)
      throws InterruptedException {
    String servers = pipeline.kafka().get("bootstrap.servers");
    try (Admin admin = Connections.admin(pipeline.kafka(), bound)) {
      Set<String> topics = admin.listTopics().names().get();
      findings.add(new Finding("kafka", true, "answers at " + servers));
      String topic = pipeline.input().topic();
      if (topics.contains(topic)) {
        TopicDescription description =
            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        findings.add(
            new Finding("topic " + topic, true, description.partitions().size() + " partition(s)"));
      } else {
        findings.add(
            new Finding(
                "topic " + topic,
                false,
                "does not exist"
                    + Words.didYouMean(topic, topics)
                    + "; create it, or produce to it"));
      }
    } catch (ExecutionException e) {
      findings.add(
          new Finding("kafka", false, Errors.message(Connections.unwrapped(e, pipeline.kafka()))));
    } catch (KafkaException | UserException e) {
      findings.add(
          new Finding("kafka", false, Errors.message(Connections.explained(e, pipeline.kafka()))));
    }
  }

  private static void registry(Pipeline pipeline, List<Finding> findings) {
    String subject = Subjects.value(pipeline.input().topic());
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      var latest = registry.latest(subject);
      findings.add(new Finding("registry", true, "answers"));
      if (latest.isEmpty()) {
        findings.add(new Finding("schema " + subject, false, "not registered; produce an event"));
        return;
      }
      Schema schema = latest.get().schema();
      findings.add(new Finding("schema " + subject, true, "version " + latest.get().version()));
      fields(pipeline, schema, findings);
    } catch (RegistryUnavailableException e) {
      findings.add(new Finding("registry", false, e.getMessage()));
    }
  }

  private static void fields(Pipeline pipeline, Schema schema, List<Finding> findings) {
    if (schema.getType() != Schema.Type.RECORD) {
      findings.add(new Finding("fields", false, "the schema is no record"));
      return;
    }
    List<String> names = schema.getFields().stream().map(Schema.Field::name).toList();
    Map<String, String> needed = new TreeMap<>();
    pipeline.input().key().ifPresent(key -> needed.put(key, "key"));
    pipeline.input().timestamp().ifPresent(time -> needed.put(time, "timestamp"));
    needed.put(pipeline.label().field(), "label");
    int before = findings.size();
    needed.forEach(
        (name, role) -> {
          if (!names.contains(name)) {
            findings.add(
                new Finding(
                    role + " " + name,
                    false,
                    "is no field of the schema" + Words.didYouMean(name, names)));
          }
        });
    if (findings.size() == before) {
      types(pipeline, schema, findings);
    }
  }

  private static void types(Pipeline pipeline, Schema schema, List<Finding> findings) {
    try {
      EventDecoder.compile(schema, SpecResolver.resolve(pipeline, schema));
      findings.add(new Finding("fields", true, "have the types that the pipeline needs"));
      if (pipeline.input().features().isEmpty()) {
        SchemaFeatures.of(schema, pipeline)
            .leftOut()
            .forEach(
                out ->
                    findings.add(
                        new Finding("field " + out.path(), true, "left out: " + out.reason())));
      }
    } catch (BadEventException e) {
      findings.add(new Finding("fields", false, e.getMessage()));
    }
  }
}
