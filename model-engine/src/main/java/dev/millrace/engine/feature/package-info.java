/**
 * From the fields of an event to the columns of a row: standardisation, one-hot, hashing, missing
 * values. Does not know where fields come from, nor what learns from the row.
 */
package dev.millrace.engine.feature;
