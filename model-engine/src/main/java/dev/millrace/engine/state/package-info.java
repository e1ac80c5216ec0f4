/**
 * What must survive a restart, as named blocks of bytes, and their digest. Does not know where
 * blocks are kept.
 */
package dev.millrace.engine.state;
