/* `wangge-triage check FILE… [--notices FOLDER] [--roster FILE | --db CONNINFO]`: says what is
 * wrong with workflow files, by line. Needs no instance; with --db it reads who has which post. */
#pragma once

/* The arguments are those behind the word. Prints `FILE:LINE: zh / en` for each finding; returns
 * the exit code: 0 fine; 1 there are findings; 2 something could not be read. */
int check_run(int argc, char **argv);
