package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.fault.Fault;
import dev.millrace.app.fault.FaultProxy;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline whose requests to the broker are delayed, cut off, swallowed, refused, unanswered. */
class BrokerFaultsTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int EVENTS_MAX = 40_000;
  private static final int BATCH = 48;

  /** One fault at one kind of request. */
  private record Strike(ApiKeys key, Fault fault) {}

  @TempDir Path dir;

  @Test
  void shouldCommitWhatThePlainLoopSaysWhateverStrikesItsRequests() throws Exception {
    long seed = Long.getLong("millrace.fault.seed", System.nanoTime());
    System.out.println("-Dmillrace.fault.seed=" + seed);
    int[] ports = IntStream.generate(Ports::free).distinct().limit(4).toArray();
    try (LocalCluster cluster =
            LocalCluster.start(dir.resolve("cluster"), ports[0], 0, withProxy(ports));
        FaultProxy proxy = FaultProxy.start(ports[3], ports[1]);
        SchemaRegistry registry =
            new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()))) {
      Pipeline pipeline =
          Elec2.pipeline(
              Elec2.yaml("127.0.0.1:" + ports[3], cluster.registryUrl(), BATCH, 150)
                  .replace("kafka: {", "kafka: {request.timeout.ms: 2000, "));
      Outputs outputs = new Outputs(cluster.bootstrapServers(), pipeline);
      outputs.createInput();
      int id = Elec2.register(cluster, pipeline);
      List<byte[]> values = Elec2.values(pipeline, id, EVENTS_MAX);
      int sent;
      try (PipelineRunner runner = run(pipeline, registry, proxy)) {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger count = new AtomicInteger();
        Thread feeder = Thread.ofPlatform().start(() -> feed(cluster, values, count, enough));
        try {
          strike(proxy, outputs, runner, new Random(seed), count);
        } finally {
          enough.set(true);
          feeder.join();
        }
        sent = count.get();
        outputs.await(runner, sent, PATIENCE);
      }
      assertThat(proxy.struck()).hasSizeGreaterThan(strikes(new Random(seed)).size());
      outputs.requireAllAs(
          new Reference(pipeline, Elec2.schema(pipeline), values.subList(0, sent)), sent);
    }
  }

  /** Joining the group is struck too; that happens at the start only. */
  private PipelineRunner run(Pipeline pipeline, SchemaRegistry registry, FaultProxy proxy) {
    proxy.arm(ApiKeys.JOIN_GROUP, Fault.CUT);
    proxy.arm(ApiKeys.JOIN_GROUP, Fault.ANSWER_LOST);
    proxy.arm(ApiKeys.SYNC_GROUP, Fault.CUT);
    proxy.arm(ApiKeys.INIT_PRODUCER_ID, Fault.ANSWER_LOST);
    return PipelineRunner.start(
        pipeline, dir.resolve("state"), KERNELS, registry, InstantSource.system());
  }

  /** Every fault at every request that a transaction hangs on, in an order of the seed. */
  private static List<Strike> strikes(Random random) {
    List<Strike> strikes = new ArrayList<>();
    for (ApiKeys key :
        List.of(ApiKeys.END_TXN, ApiKeys.PRODUCE, ApiKeys.TXN_OFFSET_COMMIT, ApiKeys.FETCH)) {
      for (Fault fault : List.of(Fault.DELAYED, Fault.CUT, Fault.SWALLOWED, Fault.ANSWER_LOST)) {
        strikes.add(new Strike(key, fault));
      }
    }
    strikes.add(new Strike(ApiKeys.END_TXN, Fault.refused(Errors.COORDINATOR_NOT_AVAILABLE)));
    strikes.add(new Strike(ApiKeys.END_TXN, Fault.refused(Errors.CONCURRENT_TRANSACTIONS)));
    strikes.add(new Strike(ApiKeys.END_TXN, Fault.refused(Errors.INVALID_PRODUCER_EPOCH)));
    strikes.add(new Strike(ApiKeys.PRODUCE, Fault.refused(Errors.NOT_LEADER_OR_FOLLOWER)));
    strikes.add(new Strike(ApiKeys.PRODUCE, Fault.refused(Errors.INVALID_PRODUCER_EPOCH)));
    strikes.add(
        new Strike(ApiKeys.TXN_OFFSET_COMMIT, Fault.refused(Errors.COORDINATOR_LOAD_IN_PROGRESS)));
    strikes.add(new Strike(ApiKeys.FETCH, Fault.refused(Errors.FETCH_SESSION_ID_NOT_FOUND)));
    strikes.add(new Strike(ApiKeys.HEARTBEAT, Fault.CUT));
    strikes.add(new Strike(ApiKeys.HEARTBEAT, Fault.refused(Errors.COORDINATOR_NOT_AVAILABLE)));
    Collections.shuffle(strikes, random);
    return strikes;
  }

  /** One after the other at random moments, each when events have been learned since the last. */
  private static void strike(
      FaultProxy proxy, Outputs outputs, PipelineRunner runner, Random random, AtomicInteger sent)
      throws Exception {
    for (Strike strike : strikes(random)) {
      outputs.await(runner, outputs.committedOffset() + 1, PATIENCE);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
      proxy.arm(strike.key, strike.fault);
    }
    outputs.await(runner, sent.get(), PATIENCE);
  }

  /** Some 250 events a second, directly: only the pipeline's requests are struck. */
  private static void feed(
      LocalCluster cluster, List<byte[]> values, AtomicInteger sent, AtomicBoolean enough) {
    try (var producer = Elec2.producer(cluster)) {
      while (sent.get() < values.size() && !enough.get()) {
        producer.send(new ProducerRecord<>(Elec2.TOPIC, values.get(sent.get())));
        if (sent.incrementAndGet() % 10 == 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(40));
        }
      }
    }
  }

  /**
   * A listener of the broker that it advertises under the proxy's port.
   *
   * @param ports plain, behind the proxy, the controller's, the proxy's
   */
  private static Map<String, String> withProxy(int[] ports) {
    String[] at = new String[ports.length];
    for (int i = 0; i < ports.length; i++) {
      at[i] = "://127.0.0.1:" + ports[i];
    }
    return Map.of(
        "listeners",
        "PLAINTEXT" + at[0] + ",PROXIED" + at[1] + ",CONTROLLER" + at[2],
        "advertised.listeners",
        "PLAINTEXT" + at[0] + ",PROXIED" + at[3],
        "controller.quorum.voters",
        "1@127.0.0.1:" + ports[2],
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
  }
}
