package dev.millrace.topology;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaNotFoundException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schemas from the registry. A registry that cannot be reached is waited for, a bounded number of
 * times, and never makes a dead letter; an id that it does not know does.
 */
public final class RegistrySchemas implements LearningLoop.Schemas {
  private static final Logger LOG = LoggerFactory.getLogger(RegistrySchemas.class);
  private static final int ATTEMPTS_MAX = 5;
  private static final long PAUSE_MS = 1_000;

  private final SchemaRegistry registry;

  public RegistrySchemas(SchemaRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Schema byId(int id) {
    for (int attempt = 1; ; attempt++) {
      try {
        return registry.schemaById(id);
      } catch (SchemaNotFoundException e) {
        throw new BadEventException(Reason.UNKNOWN_SCHEMA, e.getMessage());
      } catch (RegistryUnavailableException e) {
        if (attempt == ATTEMPTS_MAX || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("waiting for the schema of id {}, attempt {}: {}", id, attempt, e.getMessage());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
      }
    }
  }
}
