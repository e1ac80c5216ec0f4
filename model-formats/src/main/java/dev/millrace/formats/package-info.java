/**
 * Models in files that other programs read and write. Does not know where a model comes from nor
 * where a file goes: it gets a learner and streams.
 */
package dev.millrace.formats;
