#include "portal/api/rest_run.h"

#include "portal/api/rest.h"
#include "portal/api/rest_once.h"
#include "portal/api/rest_rule.h"
#include "portal/http/route.h"
#include "portal/http/url.h"

#include <string.h>

static const struct err_kind ERR_REST_PARAMETER_UNKNOWN = {
    ERR_CLASS_MALFORMED, "PARAMETER_UNKNOWN", "The parameter {} is not known here. These are: {}."};
static const struct err_kind ERR_REST_METHOD =
    {/* page_error makes it 405, with Allow */
     ERR_CLASS_NOT_FOUND, "METHOD_NOT_ALLOWED",
     "This path does not take the method {}. It takes {}."};

/* What a person's own token may name with every call: which of his organisations. */
static const char ALWAYS[] = "organisation";

/* The parameters of each call that has any. */
static const struct {
    const char *pattern;
    const char *names; /* with blanks between */
} PARAMETERS[] = {
    {"/api/v1/tickets", "state q organisation_id licence_id after limit"},
    {"/api/v1/organisations", "q status after limit"},
    {"/api/v1/people", "q organisation_id after limit"},
    {"/api/v1/views/{id}/tickets", "after limit"},
    {"/api/v1/orders", "organisation_id open after limit"},
};

static const char *names_of(const struct route *route)
{
    for (size_t i = 0; i < COUNT(PARAMETERS); i++)
        if (route->method == METHOD_GET && strcmp(PARAMETERS[i].pattern, route->pattern) == 0)
            return PARAMETERS[i].names;
    return "";
}

static bool is_named(const char *names, const char *name)
{
    struct span rest = span_of(names), word;

    if (strcmp(name, ALWAYS) == 0)
        return true;
    while (span_cut(&rest, ' ', &word))
        if (span_equal(word, name))
            return true;
    return false;
}

static bool refuse_parameter(struct req *rq, const char *names, const char *name)
{
    struct err_kind *told = arena_new(rq->cx.mem, struct err_kind);
    struct str known = str_new(rq->cx.mem);
    struct span rest = span_of(names), word;

    while (*names != '\0' && span_cut(&rest, ' ', &word)) {
        str_add_n(&known, word.p, word.len);
        str_add(&known, ", ");
    }
    str_add(&known, ALWAYS);
    *told = ERR_REST_PARAMETER_UNKNOWN;
    told->text =
        lang_fill(rq->cx.mem, rq->lang, told->text, (const char *const[]){name, known.p}, 2);
    return err_set_at(&rq->cx.err, told, arena_printf(rq->cx.mem, "?%s", name), "parameter %.60s",
                      name);
}

static bool check_parameters(struct req *rq)
{
    const char *names = names_of(rq->route);
    struct span rest = span_of(rq->query), pair, key;

    while (rest.p != NULL && span_cut(&rest, '&', &pair)) {
        const char *name;

        if (pair.len == 0 || !span_cut(&pair, '=', &key))
            continue;
        name = url_value(rq->cx.mem, key, true);
        if (name == NULL || !is_named(names, name))
            return refuse_parameter(rq, names, name == NULL ? "" : name);
    }
    return true;
}

bool rest_run(struct req *rq)
{
    return check_parameters(rq) && (rest_once_run(rq) || rest_rule_explain(rq));
}

bool rest_no_route(struct req *rq)
{
    struct err_kind *told;

    if (rq->allow == NULL)
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no route");
    told = arena_new(rq->cx.mem, struct err_kind);
    *told = ERR_REST_METHOD;
    told->text = lang_fill(rq->cx.mem, rq->lang, told->text,
                           (const char *const[]){rq->method_text, rq->allow}, 2);
    return err_set(&rq->cx.err, told, "no route of this method");
}
