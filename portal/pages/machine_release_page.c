#include "portal/pages/machine_release_page.h"

#include "licensing/machine_release.h"
#include "licensing/product.h"
#include "portal/http/form.h"
#include "portal/http/page.h"
#include "portal/http/reply.h"

#include <stddef.h>

enum { PERIOD_DAYS = 30 }; /* proposed where there are no terms yet */

static const struct form_field FIELDS[] = {
    {"cap", T("Machines in a period"), FORM_INT, false, 1, MACHINE_RELEASE_CAP_MAX, NULL,
     offsetof(struct machine_release_terms, cap)},
    {"days", T("Days of the period"), FORM_INT, false, 1, MACHINE_RELEASE_DAYS_MAX, NULL,
     offsetof(struct machine_release_terms, period_days)},
    {"hours", T("Hours between two releases"), FORM_INT, false, 0, MACHINE_RELEASE_HOURS_MAX, NULL,
     offsetof(struct machine_release_terms, pause_hours)},
};

static const char *number(struct req *rq, int64_t value)
{
    return value == 0 ? "" : arena_printf(rq->cx.mem, "%lld", (long long)value);
}

static bool show(struct req *rq, const struct product *product, const struct form *form)
{
    struct machine_release_terms terms;
    json_t *page;

    if (!machine_release_terms_get(&rq->cx, product->id, &terms))
        return false;
    if (terms.cap == 0)
        terms.period_days = PERIOD_DAYS;
    page =
        json_own(rq->cx.mem,
                 json_pack("{s:s,s:s,s:{s:s,s:s,s:s}}", "product_name", product->name, "action",
                           arena_printf(rq->cx.mem, "/desk/products/%s/returns",
                                        id_text(rq->cx.mem, product->id)),
                           "values", "cap", number(rq, terms.cap), "days",
                           number(rq, terms.period_days), "hours", number(rq, terms.pause_hours)));
    return form != NULL ? page_render_form(rq, "machine_release_terms", page, form)
                        : page_render(rq, "machine_release_terms", page);
}

bool machine_release_page_terms(struct req *rq)
{
    struct product *product;

    return product_get(&rq->cx, rq->id, &product) && show(rq, product, NULL);
}

bool machine_release_page_save(struct req *rq)
{
    struct machine_release_terms terms = {.cap = 0};
    struct product *product;
    struct form *form;

    if (!product_get(&rq->cx, rq->id, &product) || !form_parse(rq, &form))
        return false;
    if (!form_read(rq, form, FIELDS, COUNT(FIELDS), &terms))
        return show(rq, product, form);
    if (terms.period_days == 0)
        terms.period_days = PERIOD_DAYS;
    if (!machine_release_terms_set(&rq->cx, rq->id, &terms))
        return false;
    return reply_flash(
               rq, "ok",
               terms.cap == 0
                   ? req_text(rq, T("Customers may release machines at any time."))
                   : req_text(rq, T("How often customers may release machines is saved."))) &&
           reply_see_other(rq, "/desk/products");
}
