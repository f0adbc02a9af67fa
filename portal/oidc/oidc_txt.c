/* The resolver is no part of POSIX. */
#define _DEFAULT_SOURCE
#include "portal/oidc/oidc_txt.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

enum { ANSWER_MAX = 16 * 1024, WAIT_SECONDS = 2, TRIES = 2 };

/* A record is a row of counted pieces that belong together. */
static bool is_record(const uint8_t *data, size_t len, const char *text)
{
    size_t wanted = strlen(text);

    while (len > 0) {
        size_t piece = data[0];

        if (piece + 1 > len || piece > wanted || memcmp(data + 1, text, piece) != 0)
            return false;
        data += piece + 1;
        len -= piece + 1;
        text += piece;
        wanted -= piece;
    }
    return wanted == 0;
}

bool oidc_txt_read(const uint8_t *answer, size_t len, const char *text)
{
    ns_msg message;
    ns_rr record;

    if (len > ANSWER_MAX || ns_initparse(answer, (int)len, &message) != 0)
        return false;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
        if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == ns_t_txt &&
            is_record(ns_rr_rdata(record), ns_rr_rdlen(record), text))
            return true;
    return false;
}

bool oidc_txt_has(const char *name, const char *text)
{
    uint8_t answer[ANSWER_MAX];
    struct __res_state state;
    int len = -1;

    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0)
        return false;
    state.retrans = WAIT_SECONDS;
    state.retry = TRIES;
    len = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
    res_nclose(&state);
    return len > 0 && (size_t)len <= sizeof answer && oidc_txt_read(answer, (size_t)len, text);
}
