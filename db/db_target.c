/* Where the database is, from one line of configuration. */
#include "base/parse.h"
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

static const struct err_kind ERR_DB_URL = {
    ERR_CLASS_INVALID, "DATABASE_URL_INVALID",
    "The setting database.url must look like mysql://user:password@host:3306/name or "
    "mysql://user:password@/name?socket=/path."};

static const char SCHEME[] = "mysql://";
static const char SOCKET[] = "socket=";

/* Undoes percent-encoding; NULL when it is broken or hides a NUL. */
static char *decode(struct arena *mem, struct span text)
{
    char *out = arena_alloc(mem, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte;
        char hex[3];

        if (text.p[i] != '%') {
            out[len++] = text.p[i];
            continue;
        }
        if (i + 2 >= text.len)
            return NULL;
        memcpy(hex, text.p + i + 1, 2);
        hex[2] = '\0';
        if (!parse_hex(hex, &byte, 1) || byte == 0)
            return NULL;
        out[len++] = (char)byte;
        i += 2;
    }
    return out;
}

/* Splits at the last `sep` of text: false when there is none. */
static bool cut_last(struct span text, char sep, struct span *before, struct span *after)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.p[i - 1] == sep) {
            *before = (struct span){text.p, i - 1};
            *after = (struct span){text.p + i, text.len - i};
            return true;
        }
    return false;
}

static bool are_hosts_sound(struct span hosts)
{
    struct span host, name, port;
    int64_t number;

    while (span_cut(&hosts, ',', &host)) {
        if (host.len == 0)
            return false;
        if (host.p[host.len - 1] != ']' && cut_last(host, ':', &name, &port)) {
            char digits[8] = "";

            if (name.len == 0 || port.len >= sizeof(digits))
                return false;
            memcpy(digits, port.p, port.len);
            if (!parse_i64(digits, 1, UINT16_MAX, &number))
                return false;
        }
    }
    return true;
}

/* The text after the scheme, up to the '?'. Nothing of it goes to the log: it has the password. */
static bool read_target(struct arena *mem, struct span rest, struct db_target *out)
{
    struct span login, place, user, password = {"", 0}, hosts, name;
    const char *user_text, *password_text, *name_text;

    if (!cut_last(rest, '@', &login, &place))
        return false;
    name = place;
    if (!span_cut(&login, ':', &user))
        return false;
    password = login;
    if (!span_cut(&name, '/', &hosts) || name.len == 0)
        return false;
    if (hosts.len > 0 && !are_hosts_sound(hosts))
        return false;
    user_text = decode(mem, user);
    password_text = decode(mem, password);
    name_text = decode(mem, name);
    if (user_text == NULL || *user_text == '\0' || password_text == NULL || name_text == NULL)
        return false;
    *out = (struct db_target){.user = user_text,
                              .password = password_text,
                              .database = name_text,
                              .host = hosts.len > 0 ? span_dup(mem, hosts) : NULL};
    return true;
}

bool db_target_parse(struct err *err, struct arena *mem, const char *url, struct db_target *out)
{
    struct span rest, target;
    struct db_target found;

    if (strncmp(url, SCHEME, sizeof(SCHEME) - 1) != 0)
        return err_set(err, &ERR_DB_URL, "scheme");
    rest = span_of(url + sizeof(SCHEME) - 1);
    if (!span_cut(&rest, '?', &target) || !read_target(mem, target, &found))
        return err_set(err, &ERR_DB_URL, "user, host or name");
    if (rest.len > 0) {
        if (rest.len < sizeof(SOCKET) || strncmp(rest.p, SOCKET, sizeof(SOCKET) - 1) != 0)
            return err_set(err, &ERR_DB_URL, "unknown parameter");
        rest.p += sizeof(SOCKET) - 1;
        rest.len -= sizeof(SOCKET) - 1;
        found.socket = decode(mem, rest);
    }
    if ((found.host == NULL) == (found.socket == NULL))
        return err_set(err, &ERR_DB_URL, "a host or a socket, one of them");
    *out = found;
    return true;
}
