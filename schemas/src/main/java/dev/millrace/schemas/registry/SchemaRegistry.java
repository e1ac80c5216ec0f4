package dev.millrace.schemas.registry;

import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Where schemas get their ids. Safe for several threads; what was looked up or registered once is
 * answered from memory, also while the registry is away. Every method but {@link #close} may throw
 * {@link RegistryUnavailableException}.
 */
public interface SchemaRegistry extends AutoCloseable {

  /** A schema under a subject, with its id and its version there, from 1. */
  record Registered(String subject, int id, int version, Schema schema) {}

  /**
   * The id of this schema under this subject, given to it now if it had none.
   *
   * @throws IncompatibleSchemaException if the subject's compatibility level forbids it
   */
  int register(String subject, Schema schema);

  /**
   * The schema with this id.
   *
   * @throws SchemaNotFoundException if the registry answers that there is none, or none of Avro
   */
  Schema schemaById(int id);

  /**
   * The newest schema of the subject, asked anew each time; empty if the subject does not exist.
   */
  Optional<Registered> latest(String subject);

  /** The names of all subjects in their order, asked anew each time. */
  List<String> subjects();

  @Override
  void close();
}
