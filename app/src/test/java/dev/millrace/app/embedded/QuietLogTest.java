package dev.millrace.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Whoever runs the demo sees the demo, and nothing of the broker under it. */
@Isolated("hears every line that is logged")
class QuietLogTest {
  @TempDir Path dir;

  @Test
  void shouldLogNothingFromStartToStopOfAClusterInUse() throws Exception {
    try (Recorder recorder = new Recorder()) {
      useCluster();
      useCluster(); // the second start finds data
      assertThat(recorder.lines).isEmpty();
    }
  }

  private void useCluster() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      cluster.createTopics(List.of(new NewTopic("events", 1, (short) 1)));
      Map<String, Object> producing =
          Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", "t");
      Map<String, Object> consuming =
          Map.of(
              "bootstrap.servers", cluster.bootstrapServers(),
              "group.id", "g",
              "isolation.level", "read_committed",
              "auto.offset.reset", "earliest");
      try (var producer =
              new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer());
          var consumer =
              new KafkaConsumer<>(consuming, new StringDeserializer(), new StringDeserializer())) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("events", "value"));
        producer.commitTransaction();
        consumer.subscribe(List.of("events"));
        assertThat(consumer.poll(Duration.ofSeconds(20))).isNotEmpty();
      }
    }
  }

  /** Stands beside the console for as long as it is open. */
  private static final class Recorder extends AbstractAppender implements AutoCloseable {
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);

    Recorder() {
      super("recorder", null, null, true, Property.EMPTY_ARRAY);
      start();
      context.getConfiguration().getRootLogger().addAppender(this, null, null);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(
          event.getLevel()
              + " "
              + event.getLoggerName()
              + " "
              + event.getMessage().getFormattedMessage());
    }

    @Override
    public void close() {
      context.getConfiguration().getRootLogger().removeAppender(getName());
      stop();
    }
  }
}
