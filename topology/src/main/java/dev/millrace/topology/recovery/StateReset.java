package dev.millrace.topology.recovery;

import dev.millrace.topology.Brokers;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.OneTransaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Forgets all that a stopped pipeline has learned: its models, their published copies and its place
 * in the input. What it has said stays where it was said.
 */
public final class StateReset {
  /** The end of a partition, in the words of the request. */
  private static final long END = -1;

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
      emptyControls(brokers, pipeline);
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
    int partitions = brokers.partitions(topic, 0); // none if it has never run
    OneTransaction.run(
        pipeline,
        "reset",
        producer -> {
          for (int partition = 0; partition < partitions; partition++) {
            for (String key : new SnapshotTopic(pipeline, partition).keys()) {
              byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
              producer.send(new ProducerRecord<>(topic, partition, bytes, null));
            }
          }
        });
  }

  /** They were for models that are no more, and would be taken up once again. */
  private static void emptyControls(Brokers brokers, Pipeline pipeline) {
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    for (String topic : List.of(pipeline.outputs().control(), pipeline.outputs().controlLog())) {
      for (int partition = 0; partition < brokers.partitions(topic, 0); partition++) {
        all.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(END));
      }
    }
    brokers.answer(brokers.admin().deleteRecords(all).all());
  }

  private static void deleteChangelog(Brokers brokers, Pipeline pipeline) {
    try {
      brokers.answer(brokers.admin().deleteTopics(Set.of(Names.changelog(pipeline))).all());
    } catch (UnknownTopicOrPartitionException e) {
      // it has never run
    }
  }
}
