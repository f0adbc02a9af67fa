#include "portal/api/api_error.h"

#include "portal/api/api_value.h"

#include <string.h>

static void add_text(struct str *s, const char *name, const char *text)
{
    str_add(s, name);
    api_value_text(s, text);
}

static const char *title_of(int status, const char *code)
{
    switch (status) {
    case 400:
        return "Bad request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Access denied";
    case 404:
        return "Not found";
    case 408:
        return "Request timeout";
    case 409:
        return "Conflict";
    case 411:
        return "Length required";
    case 413:
        return "Payload too large";
    case 417:
        return "Expectation failed";
    case 422:
        return *code == '\0' || strstr(code, "HEARTBEAT_DEAD") != NULL ? "Unprocessable entity"
                                                                       : "Unprocessable resource";
    case 429:
        return "Too many requests";
    case 503:
        return "Service unavailable";
    default:
        return "Internal server error";
    }
}

/* The general kinds have words of ours; the wire has none for them, or its own. */
static const char *code_of(const struct api *api, const struct err_kind *kind)
{
    if (kind == &ERR_NOT_FOUND)
        return "NOT_FOUND";
    if (kind == &ERR_DENIED || kind == &ERR_INVALID || kind == &ERR_MALFORMED ||
        kind == &ERR_BUSY || kind == &ERR_INTERNAL || kind == &ERR_CONFLICT)
        return "";
    if (api->version <= 7 && kind->class == ERR_CLASS_LOGIN &&
        (strncmp(kind->code, "EMAIL_", 6) == 0 || strncmp(kind->code, "PASSWORD_", 9) == 0))
        return "CREDENTIALS_INVALID";
    if (api->version <= 5 && strcmp(kind->code, "OWNER_NOT_FOUND") == 0)
        return "USER_NOT_FOUND";
    return kind->code;
}

/* A source is a JSON pointer; "?name" a query parameter; ":Name" a header. */
static void add_source(struct str *s, const struct api *api, const char *source)
{
    if (api->version <= 5 && strcmp(source, "/data/relationships/owner") == 0)
        source = "/data/relationships/user";
    str_add(s, ",\"source\":{");
    if (*source == '?')
        add_text(s, "\"parameter\":", source + 1);
    else if (*source == ':')
        add_text(s, "\"header\":", source + 1);
    else
        add_text(s, "\"pointer\":", source);
    str_char(s, '}');
}

static const char *fill(const struct api *api, const struct err *err)
{
    const char *gap = strstr(err->kind->text, "{}");

    if (gap == NULL)
        return err->kind->text;
    return arena_printf(api->mem, "%.*s%s%s", (int)(gap - err->kind->text), err->kind->text,
                        err->arg, gap + 2);
}

static void add_error(struct str *s, const struct api *api, const struct err *err, int status)
{
    const char *code = code_of(api, err->kind);

    str_char(s, '{');
    add_text(s, "\"title\":", title_of(status, code));
    add_text(s, ",\"detail\":", fill(api, err));
    if (*code != '\0')
        add_text(s, ",\"code\":", code);
    if (err->source != NULL)
        add_source(s, api, err->source);
    str_char(s, '}');
}

void api_error_write(struct str *s, const struct api *api, const struct err *err, int status)
{
    str_add(s, "{\"meta\":{\"id\":\"");
    str_add(s, api->request_id);
    str_add(s, "\"},\"errors\":[");
    add_error(s, api, err, status);
    for (err = err->more; err != NULL; err = err->more) {
        str_char(s, ',');
        add_error(s, api, err, status);
    }
    str_add(s, "]}");
}
