package dev.millrace.formats.onnx;

/** What a tensor is of, by the numbers of ONNX's {@code TensorProto.DataType}. */
enum Element {
  FLOAT(1),
  INT64(7),
  STRING(8),
  BOOL(9),
  DOUBLE(11),
  UINT64(13);

  final int number;

  Element(int number) {
    this.number = number;
  }
}
