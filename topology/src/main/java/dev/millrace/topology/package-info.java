/**
 * The topology that moves bytes between topics, the engine and the state store; usable as a
 * library. Does no arithmetic on weights.
 */
package dev.millrace.topology;
