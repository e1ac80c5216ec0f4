/**
 * The command line, a class a command. Turns what a user states into calls of other packages, and
 * what goes wrong into one sentence; must not hold logic that a library's user would miss.
 */
package dev.millrace.app.cli;
