/* `wangge-triage deadline --calendar FILE [--explain]`: when working minutes end, for whoever tries
 * a calendar before it is imported. Needs no instance. */
#pragma once

/* Reads lines `START MINUTES` from standard input and writes a deadline for each; the arguments are
 * those behind the word. Returns the exit code: 0; 1 where a line was faulty (it is named on
 * standard error, the others are answered); 2 where the arguments or the calendar are. */
int deadline_run(int argc, char **argv);
