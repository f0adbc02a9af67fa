/* Runs a fuzz target once over every file of the folders that are named. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 1024 * 1024 };

static int run_file(const char *path)
{
    /* Exactly as long as the file, so that a sanitizer sees a read beyond it. */
    FILE *f = fopen(path, "rb");
    uint8_t *all = malloc(FILE_BYTES_MAX), *bytes;
    size_t len;

    if (f == NULL || all == NULL)
        abort();
    len = fread(all, 1, FILE_BYTES_MAX, f);
    fclose(f);
    bytes = malloc(len + 1);
    if (bytes == NULL)
        abort();
    for (size_t i = 0; i < len; i++)
        bytes[i] = all[i];
    free(all);
    all = realloc(bytes, len == 0 ? 1 : len);
    LLVMFuzzerTestOneInput(all, len);
    free(all);
    return 1;
}

int main(int argc, char **argv)
{
    int files = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *entry;

        if (dir == NULL) {
            fprintf(stderr, "%s cannot be read\n", argv[i]);
            return 1;
        }
        while ((entry = readdir(dir)) != NULL) {
            char path[4096];

            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            files += run_file(path);
        }
        closedir(dir);
    }
    printf("%d inputs\n", files);
    return files > 0 ? 0 : 1;
}
