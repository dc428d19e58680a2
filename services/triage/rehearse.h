/* `wangge-triage rehearse FILE [--db CONNINFO] [--calendar FILE] [--days 90]`: goes through the
 * cases of the last days once more, by the rules that hold and by those of FILE (or by another
 * calendar), and prints who would have had what and which limits would have run out. Reads only. */
#pragma once

/* The arguments are those behind the word. Returns the exit code: 0 nothing differs; 1 something
 * does; 2 something could not be read. */
int rehearse_run(int argc, char **argv);
