/**
 * Models as ONNX graphs: raw fields in, predictions out. Does not know how events are decoded: text
 * comes as text, a hashed text as its bucket.
 */
package dev.millrace.formats.onnx;
