#include "portal/pages/setup_page.h"

#include "portal/account/tenant_cache.h"
#include "portal/demo/demo.h"
#include "portal/http/page.h"

static const char HERE[] = "/desk/setup";

static const struct {
    const char *title, *text, *href, *act;
} STEPS[] = {
    [SETUP_BRAND] = {T("Your brand"),
                     T("Name, picture, colours and the words that customers read first."),
                     "/desk/settings/brand", T("Set the brand")},
    [SETUP_REGION] =
        {T("Languages and time"),
         T("Which languages you offer, the time zone, and how dates and amounts look."),
         "/desk/settings/region", T("Set the region")},
    [SETUP_MAIL] = {T("Who mails are from"),
                    T("The sender's name and address, and a mail server of your own if you have "
                      "one."),
                    "/desk/settings/mail", T("Set the sender")},
    [SETUP_PRODUCT] = {T("A product and its policy"),
                       T("What you sell, and what a licence of it allows: term, seats, "
                         "activations."),
                       "/desk/products/new", T("Add a product")},
    [SETUP_CUSTOMER] = {T("A customer and a contact"),
                        T("The first organisation, and somebody there who is invited by mail or "
                          "by a link."),
                        "/desk/customers/new", T("Add a customer")},
    [SETUP_TICKET] = {T("A first ticket"),
                      T("File one for that customer and answer it: then you have seen all of it."),
                      "/desk/tickets/new", T("File a ticket")},
};
_Static_assert(COUNT(STEPS) == SETUP_STEP_COUNT, "say every step");

bool setup_page_is_open(const struct req *rq)
{
    return !rq->tenant->is_set_up && rq->cx.viewer.kind == VIEWER_STAFF &&
           viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE);
}

/* A product without a policy, a customer without a contact: the page to go on at. */
static const char *href_of(struct req *rq, const struct setup *s, enum setup_step step)
{
    if (step == SETUP_PRODUCT && !id_is_zero(s->product_id))
        return arena_printf(rq->cx.mem, "/desk/products/%s/policies/new",
                            id_text(rq->cx.mem, s->product_id));
    if (step == SETUP_CUSTOMER && !id_is_zero(s->organisation_id))
        return arena_printf(rq->cx.mem, "/desk/customers/%s",
                            id_text(rq->cx.mem, s->organisation_id));
    return STEPS[step].href;
}

bool setup_page_view(struct req *rq)
{
    json_t *steps = json_array();
    json_t *page = json_own(rq->cx.mem, json_pack("{s:o}", "steps", steps));
    bool is_first = true, may_fill;
    int64_t left = 0;
    struct setup s;

    if (!setup_get(&rq->cx, &s))
        return false;
    for (int i = 0; i < SETUP_STEP_COUNT; i++) {
        const bool is_open = s.steps[i] == SETUP_OPEN;

        json_array_append_new(
            steps,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:b,s:b}", "name",
                      setup_name((enum setup_step)i), "title", req_text(rq, STEPS[i].title), "text",
                      req_text(rq, STEPS[i].text), "href", href_of(rq, &s, (enum setup_step)i),
                      "act", req_text(rq, STEPS[i].act), "is_done", s.steps[i] == SETUP_DONE,
                      "is_skipped", s.steps[i] == SETUP_SKIPPED, "is_open", is_open, "is_next",
                      is_open && is_first));
        is_first = is_first && !is_open;
        left += is_open;
    }
    if (!demo_may_fill(&rq->cx, &may_fill))
        return false;
    json_object_set_new(
        page, "may_fill",
        json_boolean(may_fill && viewer_has(&rq->cx.viewer, RIGHT_SETTINGS_UPDATE)));
    json_object_set_new(page, "is_over", json_boolean(s.is_over));
    json_object_set_new(page, "is_all", json_boolean(left == 0));
    return page_render(rq, "setup", page);
}

bool setup_page_skip(struct req *rq)
{
    enum setup_step step;

    if (!setup_parse(rq->args[0], &step))
        return err_set(&rq->cx.err, &ERR_NOT_FOUND, "no step %s", rq->args[0]);
    return setup_mark(&rq->cx, step, SETUP_SKIPPED) && reply_see_other(rq, HERE);
}

bool setup_page_finish(struct req *rq)
{
    if (!setup_finish(&rq->cx))
        return false;
    tenant_cache_forget(rq->app->tenants, rq->cx.tenant_id);
    return reply_flash(rq, "ok",
                       req_text(rq, T("The first steps are over. All of it stays under "
                                      "Settings."))) &&
           reply_see_other(rq, "/");
}

bool setup_page_fill(struct req *rq)
{
    if (demo_fill(&rq->cx, rq->app->config.www_dir))
        return reply_flash(rq, "ok",
                           req_text(rq, T("The sample is there: customers, licences, articles and "
                                          "tickets. Nobody can sign in to its accounts."))) &&
               reply_see_other(rq, HERE);
    if (rq->cx.err.kind != &ERR_DEMO_FILLED)
        return false;
    err_clear(&rq->cx.err);
    return reply_flash(rq, "bad", req_text(rq, ERR_DEMO_FILLED.text)) && reply_see_other(rq, HERE);
}

bool setup_page_next(struct req *rq, enum setup_step step, const char *here)
{
    return setup_mark(&rq->cx, step, SETUP_DONE) &&
           reply_see_other(rq, setup_page_is_open(rq) ? HERE : here);
}
