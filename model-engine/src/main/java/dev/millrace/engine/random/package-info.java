/** Random numbers that depend on a key alone. Knows no state, no clock and no entropy. */
package dev.millrace.engine.random;
