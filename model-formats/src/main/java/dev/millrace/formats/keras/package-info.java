/**
 * Networks in Keras 3's {@code .keras} files: a zip of a description in JSON and weights in HDF5. A
 * file is foreign: only what is listed here is read of it, and nothing of it is run.
 */
package dev.millrace.formats.keras;
