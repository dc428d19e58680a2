/* Runs a fuzz target over the files of folders (arguments), in plain builds without libFuzzer, and
 * says so in TAP: the committed corpus is a regression test in every build. A fault shows as a
 * sanitizer's word or an abort. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum { MOST_BYTES = 4 << 20 };

static int run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    uint8_t *room = malloc(MOST_BYTES);
    if (file == NULL || room == NULL) {
        perror(path);
        exit(1);
    }
    size_t length = fread(room, 1, MOST_BYTES, file);
    fclose(file);
    /* In memory of its own size, so that a read behind the end is seen. */
    uint8_t *bytes = realloc(room, length > 0 ? length : 1);
    int result = LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
    return result;
}

int main(int argc, char **argv)
{
    int n = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int count = scandir(argv[i], &names, NULL, alphasort);
        if (count < 0) {
            perror(argv[i]);
            return 1;
        }
        for (int j = 0; j < count; j++) {
            if (names[j]->d_name[0] != '.') {
                int result = run_file(argv[i], names[j]->d_name);
                printf("%sok %d - %s\n", result == 0 ? "" : "not ", ++n, names[j]->d_name);
            }
            free(names[j]);
        }
        free(names);
    }
    printf("1..%d\n", n);
    return n > 0 ? 0 : 1;
}
