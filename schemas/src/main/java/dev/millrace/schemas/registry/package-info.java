/**
 * A schema registry behind one small interface. Only {@link
 * dev.millrace.schemas.registry.ConfluentSchemaRegistry} knows whose client is inside.
 */
package dev.millrace.schemas.registry;
