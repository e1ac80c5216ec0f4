/** The pipeline file: what a user states, and the settings that follow from it. Opens no topic. */
package dev.millrace.topology.config;
