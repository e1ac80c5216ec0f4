package dev.millrace.topology;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schemas from the registry. A registry that cannot be reached is waited for, within a bound, and
 * never makes a dead letter; an id that it does not know does.
 *
 * <p>Whoever waits here holds a Kafka transaction open, so the bound must lie well within what a
 * transaction may take.
 */
public final class RegistrySchemas implements LearningLoop.Schemas, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistrySchemas.class);
  private static final long PAUSE_MS = 1_000;

  /**
   * Ids that are asked for once more before they count as unknown: one node of several may be a
   * moment behind the node that registered them. Bounded, as made-up ids must not hold events up.
   */
  private static final int SECOND_LOOKS_MAX = 10;

  private final SchemaRegistry registry;
  private final Duration patience;
  private final InstantSource clock;
  private final Set<Integer> lookedTwice = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Asks nothing yet.
   *
   * @param patience how long one event may wait for a registry that is away
   */
  public RegistrySchemas(SchemaRegistry registry, Duration patience, InstantSource clock) {
    this.registry = registry;
    this.patience = patience;
    this.clock = clock;
  }

  @Override
  public Schema byId(int id) {
    Instant end = clock.instant().plus(patience);
    boolean waiting = false;
    while (true) {
      try {
        Schema schema = registry.schemaById(id);
        if (waiting) {
          LOG.warn("the registry has answered for schema id {}; going on", id);
        }
        return schema;
      } catch (SchemaNotFoundException e) {
        if (lookedTwice.size() == SECOND_LOOKS_MAX || !lookedTwice.add(id) || paused()) {
          throw new BadEventException(Reason.UNKNOWN_SCHEMA, e.getMessage());
        }
      } catch (RegistryUnavailableException e) {
        if (!waiting) {
          LOG.warn("waiting for the schema of id {}: {}", id, e.getMessage());
          waiting = true;
        }
        if (paused() || !clock.instant().isBefore(end)) {
          throw givenUp(e);
        }
      }
    }
  }

  /** Lets a second pass; true if there is no time left for it. */
  private boolean paused() {
    try {
      return closed.await(PAUSE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private RegistryUnavailableException givenUp(RegistryUnavailableException why) {
    return new RegistryUnavailableException(
        "%s Waited for %d s; no event is lost: start the pipeline again when the registry answers, and it goes on"
            .formatted(why.getMessage(), patience.toSeconds()),
        why);
  }

  /** Waits no longer, neither now nor later. */
  @Override
  public void close() {
    closed.countDown();
  }
}
