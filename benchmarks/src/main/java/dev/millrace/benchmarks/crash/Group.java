package dev.millrace.benchmarks.crash;

import dev.millrace.topology.config.Pipeline;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;

/** What the broker knows of a pipeline's group, asked from outside the pipeline. */
public final class Group implements AutoCloseable {
  private final Admin admin;
  private final String name;
  private final List<TopicPartition> input;

  /** Of a pipeline whose input has so many partitions. */
  public Group(Pipeline pipeline, int partitions) {
    admin = Admin.create(Map.of("bootstrap.servers", pipeline.kafka().get("bootstrap.servers")));
    name = pipeline.name();
    input =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(pipeline.input().topic(), partition))
            .toList();
  }

  List<TopicPartition> input() {
    return input;
  }

  /**
   * The committed offsets by partition, 0 where there is none; an empty map while the broker is
   * away.
   */
  public Map<Integer, Long> committed() throws InterruptedException {
    try {
      var offsets = admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata().get();
      Map<Integer, Long> committed = new HashMap<>();
      for (TopicPartition partition : input) {
        var offset = offsets.get(partition);
        committed.put(partition.partition(), offset == null ? 0 : offset.offset());
      }
      return committed;
    } catch (ExecutionException e) {
      return awayOrThrow(e, Map.of());
    }
  }

  /** One more than the newest offset, by partition of the input. */
  Map<Integer, Long> end() throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> latest =
        input.stream().collect(Collectors.toMap(partition -> partition, p -> OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(latest).all().get();
    Map<Integer, Long> byPartition = new HashMap<>();
    ends.forEach((partition, end) -> byPartition.put(partition.partition(), end.offset()));
    return byPartition;
  }

  /** How many instances have a partition to learn from. */
  int busyInstances() throws InterruptedException {
    try {
      return (int)
          admin
              .describeConsumerGroups(List.of(name))
              .describedGroups()
              .get(name)
              .get()
              .members()
              .stream()
              .map(member -> member.assignment().topicPartitions())
              .filter(assigned -> assigned.stream().anyMatch(input::contains))
              .count();
    } catch (ExecutionException e) {
      return awayOrThrow(e, 0);
    }
  }

  /** Whether each partition has been committed beyond an earlier place. */
  static boolean beyond(Map<Integer, Long> now, Map<Integer, Long> before, Collection<Integer> of) {
    return !now.isEmpty()
        && of.stream().allMatch(partition -> now.get(partition) > before.get(partition));
  }

  /** The sum of the offsets. */
  public static long sum(Map<Integer, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  private static <T> T awayOrThrow(ExecutionException e, T whileAway) {
    if (e.getCause() instanceof RetriableException) {
      return whileAway;
    }
    throw e.getCause() instanceof ApiException known ? known : new IllegalStateException(e);
  }

  @Override
  public void close() {
    admin.close();
  }
}
