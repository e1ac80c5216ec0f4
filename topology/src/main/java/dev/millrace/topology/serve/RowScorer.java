package dev.millrace.topology.serve;

import dev.millrace.engine.Outcome;
import dev.millrace.engine.Scorer;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import dev.millrace.topology.decode.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One copy of a model with what reads events for it. Not thread-safe. */
final class RowScorer {
  private final Scorer scorer;
  private final RequestFields fields;
  private final EventDecoder ofRequests;
  private final Map<Integer, EventDecoder> byId = new HashMap<>();

  RowScorer(Scorer scorer, RequestFields fields) {
    this.scorer = scorer;
    this.fields = fields;
    ofRequests = EventDecoder.compile(fields.schema(), scorer.spec());
  }

  /** What the model says of each row of a request, in order. */
  void score(List<Column> columns, int rows, Outcome.Consumer each) {
    InputNode.Columns bound = fields.bind(columns);
    try {
      for (int row = 0; row < rows; row++) {
        try {
          ofRequests.decode(fields.encode(bound, row), WireFormat.PAYLOAD_OFFSET, scorer.event());
        } catch (BadEventException e) {
          throw new RequestException("row %d: %s".formatted(row, e.getMessage()));
        }
        scorer.add();
        if (scorer.isFull()) {
          scorer.predict(each);
        }
      }
      scorer.predict(each);
    } finally {
      scorer.forget();
    }
  }

  /**
   * What the model says of an event that a producer wrote.
   *
   * @throws BadEventException if the bytes are not an event that the model can use
   */
  void score(byte[] value, LearningLoop.Schemas schemas, Outcome.Consumer each) {
    if (value == null || value.length == 0) {
      throw new BadEventException(Reason.EMPTY, "the record has no value");
    }
    int id;
    try {
      id = WireFormat.schemaId(value);
    } catch (WireFormatException e) {
      throw new BadEventException(e);
    }
    EventDecoder decoder = byId.get(id);
    if (decoder == null) {
      decoder = EventDecoder.compile(schemas.byId(id), scorer.spec());
      byId.put(id, decoder);
    }
    decoder.decode(value, WireFormat.PAYLOAD_OFFSET, scorer.event());
    scorer.add();
    scorer.predict(each);
  }
}
