package dev.millrace.formats.onnx;

import dev.millrace.formats.Proto;
import java.util.List;

/** A setting of a node, by the field numbers of ONNX's {@code AttributeProto}. */
record Attribute(String name, Proto proto) {
  private static final int NAME = 1;
  private static final int TYPE = 20;

  private static Attribute of(String name, int type) {
    return new Attribute(name, new Proto().text(NAME, name).number(TYPE, type));
  }

  static Attribute real(String name, double value) {
    Attribute attribute = of(name, 1);
    attribute.proto.real(2, (float) value);
    return attribute;
  }

  static Attribute number(String name, long value) {
    Attribute attribute = of(name, 2);
    attribute.proto.number(3, value);
    return attribute;
  }

  static Attribute text(String name, String value) {
    Attribute attribute = of(name, 3);
    attribute.proto.text(4, value);
    return attribute;
  }

  static Attribute numbers(String name, long[] values) {
    Attribute attribute = of(name, 7);
    for (long value : values) {
      attribute.proto.number(8, value);
    }
    return attribute;
  }

  static Attribute texts(String name, List<String> values) {
    Attribute attribute = of(name, 8);
    values.forEach(value -> attribute.proto.text(9, value));
    return attribute;
  }
}
