package dev.millrace.topology.recovery;

import dev.millrace.topology.Brokers;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;

/**
 * Forgets all that a stopped pipeline has learned: its models, their published copies and its place
 * in the input. What it has said stays where it was said.
 */
public final class StateReset {
  private StateReset() {}

  /**
   * Forgets.
   *
   * @throws dev.millrace.topology.PreflightException if the pipeline is running
   */
  public static void run(Pipeline pipeline, Path stateDir) {
    try (Brokers brokers = new Brokers(pipeline)) {
      StoppedGroup.require(brokers, pipeline);
      retireSnapshots(brokers, pipeline);
      deleteChangelog(brokers, pipeline);
      try {
        brokers.answer(brokers.admin().deleteConsumerGroups(Set.of(pipeline.name())).all());
      } catch (GroupIdNotFoundException e) {
        // it has never run, or was forgotten before
      }
      LocalState.remove(stateDir, pipeline);
    }
  }

  /** Last year's versions among this year's would be taken for each other. */
  private static void retireSnapshots(Brokers brokers, Pipeline pipeline) {
    String topic = pipeline.outputs().snapshots();
    int partitions;
    try {
      partitions = brokers.partitions(topic);
    } catch (UnknownTopicOrPartitionException e) {
      return;
    }
    Map<String, Object> settings = new HashMap<>(pipeline.kafka());
    settings.put("transactional.id", pipeline.name() + "-reset");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int partition = 0; partition < partitions; partition++) {
        for (Bytes key : keys(pipeline, new TopicPartition(topic, partition))) {
          producer.send(new ProducerRecord<>(topic, partition, key.get(), null));
        }
      }
      producer.commitTransaction();
    }
  }

  /** The keys of the model that have a value. */
  private static Set<Bytes> keys(Pipeline pipeline, TopicPartition partition) {
    String prefix = pipeline.name() + "-" + partition.partition() + "/";
    Set<Bytes> keys = new HashSet<>();
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), partition)) {
      records.read(
          records.begin(),
          records.end(),
          record -> {
            if (record.key() == null
                || !new String(record.key(), StandardCharsets.UTF_8).startsWith(prefix)) {
              return; // of another pipeline, which shares the topic
            }
            if (record.value() == null) {
              keys.remove(Bytes.wrap(record.key()));
            } else {
              keys.add(Bytes.wrap(record.key()));
            }
          });
    }
    return keys;
  }

  private static void deleteChangelog(Brokers brokers, Pipeline pipeline) {
    try {
      brokers.answer(brokers.admin().deleteTopics(Set.of(Names.changelog(pipeline))).all());
    } catch (UnknownTopicOrPartitionException e) {
      // it has never run
    }
  }
}
