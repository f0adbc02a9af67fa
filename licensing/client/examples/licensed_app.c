/* A program that runs licensed. Copy what you need.
 *
 *   licensed_app URL PUBLIC_KEY LICENCE_KEY            asks the service, activates, beats
 *   licensed_app URL PUBLIC_KEY LICENCE_KEY FILE       reads an offline licence file instead
 *
 * Exit status: 0 licensed, 1 not licensed, 2 wrong use. */
#include <gatehouse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PRINT_SIZE = 256, FILE_SIZE = 256 * 1024, BEATS = 3, BEAT_S = 1 };

/* What tells this machine from others, and stays when the program is installed again. A real
 * program would hash it together with its own name, so that machines cannot be followed across
 * vendors. */
static void machine_print(char out[PRINT_SIZE])
{
    const char *given = getenv("LICENSED_APP_MACHINE");
    FILE *f = given == NULL ? fopen("/etc/machine-id", "r") : NULL;

    snprintf(out, PRINT_SIZE, "%s", given != NULL ? given : "unknown-machine");
    if (f == NULL)
        return;
    if (fgets(out, PRINT_SIZE, f) == NULL)
        snprintf(out, PRINT_SIZE, "unknown-machine");
    out[strcspn(out, "\n")] = '\0';
    fclose(f);
}

static void show(const struct gatehouse_verdict *verdict)
{
    printf("licence: %s", gatehouse_state_text(verdict->state));
    if (verdict->code[0] != '\0')
        printf(" (%s%s)", verdict->code, verdict->is_cached ? ", from the cache" : "");
    printf("\n");
}

/* What a state means is for the program to decide. This one runs in grace, too, and says so. */
static int may_run(enum gatehouse_state state)
{
    if (state == GATEHOUSE_GRACE)
        printf("please renew the licence, or go online soon\n");
    return state == GATEHOUSE_VALID || state == GATEHOUSE_GRACE;
}

/* A real program does this in a thread or timer of its own while it works. */
static void beat(struct gatehouse *g)
{
    for (int i = 0; i < BEATS; i++) {
        struct gatehouse_machine machine;
        enum gatehouse_error error = gatehouse_heartbeat(g, &machine);

        if (error == GATEHOUSE_OK)
            printf("heartbeat, the next within %d s\n", (int)machine.heartbeat_s);
        else
            printf("heartbeat: %s\n", gatehouse_error_text(error));
        /* Better: a third of machine.heartbeat_s, so that one or two may be lost. */
        nanosleep(&(struct timespec){.tv_sec = BEAT_S}, NULL);
    }
}

static int run_online(struct gatehouse *g)
{
    struct gatehouse_verdict verdict;
    struct gatehouse_machine machine;
    enum gatehouse_error error = gatehouse_check(g, &verdict);

    if (error != GATEHOUSE_OK)
        printf("asking: %s\n", gatehouse_error_text(error));
    show(&verdict);
    if (verdict.state == GATEHOUSE_NOT_ACTIVATED) {
        error = gatehouse_activate(g, "sample program", &machine);
        if (error != GATEHOUSE_OK) {
            printf("activation: %s %s\n", gatehouse_error_text(error), gatehouse_code(g));
            return 1;
        }
        printf("activated: %s\n", machine.is_repeated ? "held a seat already" : "took a seat");
        gatehouse_check(g, &verdict);
        show(&verdict);
    }
    if (!may_run(verdict.state))
        return 1;
    if (!verdict.is_cached)
        beat(g);
    return 0;
}

static int run_offline(struct gatehouse *g, const char *path)
{
    static char text[FILE_SIZE];
    struct gatehouse_document *licence;
    FILE *f = fopen(path, "rb");
    size_t len = f != NULL ? fread(text, 1, sizeof text, f) : 0;
    enum gatehouse_file kind = len > 20 && memcmp(text, "-----BEGIN MACHINE", 18) == 0
                                   ? GATEHOUSE_MACHINE_FILE
                                   : GATEHOUSE_LICENCE_FILE;
    enum gatehouse_error error = gatehouse_file_open(g, kind, text, len, &licence);
    char expiry[64] = "";

    if (f != NULL)
        fclose(f);
    printf("licence file: %s\n", gatehouse_error_text(error));
    if (error != GATEHOUSE_OK) {
        gatehouse_document_free(licence);
        return 1;
    }
    if (gatehouse_document_text(licence, "meta/expiry", expiry, sizeof expiry) == GATEHOUSE_OK)
        printf("good until %s\n", expiry);
    if (gatehouse_document_entitles(licence, "EXPORT"))
        printf("may export\n");
    gatehouse_document_free(licence);
    return 0;
}

int main(int argc, char **argv)
{
    struct gatehouse_options options = {0};
    struct gatehouse *g;
    char print[PRINT_SIZE];
    int status;

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: licensed_app URL PUBLIC_KEY LICENCE_KEY [FILE]\n");
        return 2;
    }
    machine_print(print);
    options.url = argv[1];
    options.account = getenv("LICENSED_APP_ACCOUNT");
    options.public_keys = argv[2]; /* a real program has it built in, else anybody's would do */
    options.key = argv[3];
    options.fingerprint = print;
    options.cache_path = getenv("LICENSED_APP_CACHE");
    if (gatehouse_open(&options, &g) != GATEHOUSE_OK) {
        fprintf(stderr, "licensed_app: URL, public key or licence key cannot be right\n");
        return 2;
    }
    status = argc == 5 ? run_offline(g, argv[4]) : run_online(g);
    gatehouse_close(g);
    return status;
}
