package dev.millrace.app.serve;

import dev.millrace.topology.serve.Column;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an inference request asks.
 *
 * @param partition whose model is asked, if the request says so
 * @param key of the event, which tells the partition as Kafka's producers do
 * @param rows of every input
 * @param outputs the tensors that are asked for; empty for all
 */
record InferRequest(
    Optional<String> id,
    OptionalInt partition,
    Optional<String> key,
    List<Column> inputs,
    int rows,
    List<String> outputs) {}
