/* Orders with their steps, invoices and payments, and the licences and machines that came from
 * them. */
#include "base/clock.h"
#include "licensing/licence.h"
#include "licensing/machine.h"
#include "portal/demo/demo.h"
#include "portal/sales/invoice.h"
#include "portal/sales/order.h"

#include <string.h>

enum {
    LINES_MAX = 8,
    TAX_BASIS_POINTS = 2000,
    STEP_DAYS = 2, /* between the steps of an order */
    INVOICE_DUE_DAYS = 30,
    PAID_AFTER_DAYS = 12,
    IDLE_DAYS = 41, /* since an idle machine was seen */
    DAY_END_HOURS = 24
};

/* Machines are validated each night by the programs on them: when each was seen last. */
static const char SQL_MACHINE_SEEN[] =
    "UPDATE machine SET last_seen_at = ? WHERE tenant_id = ? AND id = ?";

static const char *const STEPS[] = {
    [ORDER_DRAFT] = "draft",         [ORDER_PLACED] = "placed",
    [ORDER_APPROVED] = "approved",   [ORDER_PRODUCTION] = "production",
    [ORDER_DELIVERED] = "delivered", [ORDER_DONE] = "done"};

static enum order_status step_of(const char *name)
{
    for (size_t i = 0; i < COUNT(STEPS); i++)
        if (strcmp(STEPS[i], name) == 0)
            return (enum order_status)i;
    return ORDER_PLACED;
}

static struct order_line line_of(struct demo *d, const json_t *l)
{
    const json_t *policy = json_object_get(d->policies, json_get_text(l, "policy", ""));
    const json_t *product = json_object_get(d->products, json_get_text(policy, "product", ""));
    struct order_line line = {.quantity = json_get_i64(l, "quantity", 1)};

    line.description =
        policy != NULL ? json_get_text(product, "line", "") : json_get_text(l, "description", "");
    line.product_id = demo_id(policy, "product_id");
    memcpy(line.unit.currency, "GBP", sizeof line.unit.currency);
    line.list = line.unit;
    line.list.minor = json_get_i64(product, "list_minor", json_get_i64(l, "unit_minor", 0));
    line.unit.minor = json_get_i64(l, "unit_minor", line.list.minor);
    if (line.list.minor < line.unit.minor)
        line.list.minor = line.unit.minor;
    return line;
}

/* A machine's name as a shop would say it. */
static const char *machine_name(struct demo *d, const char *product, bool is_chinese, int64_t n)
{
    if (strcmp(product, "kitchen") == 0)
        return is_chinese ? arena_printf(d->cx->mem, "厨房屏 %lld", (long long)n)
                          : arena_printf(d->cx->mem, "Kitchen screen %lld", (long long)n);
    if (strcmp(product, "stock") == 0)
        return is_chinese ? arena_printf(d->cx->mem, "仓库电脑 %lld", (long long)n)
                          : arena_printf(d->cx->mem, "Store room PC %lld", (long long)n);
    return is_chinese ? arena_printf(d->cx->mem, "%lld 号收银机", (long long)n)
                      : arena_printf(d->cx->mem, "Till %lld", (long long)n);
}

static bool add_machine(struct demo *d, const json_t *made, const struct licence *licence,
                        const char *product, int64_t n, bool is_idle)
{
    static const char *const PLATFORMS[] = {"windows/amd64", "linux/amd64", "windows/amd64"};
    const json_t *sites = json_object_get(made, "sites");
    const json_t *site = json_array_get(sites, (size_t)(n - 1) % json_array_size(sites));
    bool is_chinese = strcmp(json_get_text(made, "language", ""), "zh") == 0;
    const struct machine_draft draft = {
        .licence_id = licence->id,
        .fingerprint = arena_printf(d->cx->mem, "%s-%s-%02lld", product,
                                    json_get_text(made, "code", ""), (long long)n),
        .name = machine_name(d, product, is_chinese, n),
        .hostname = arena_printf(d->cx->mem, "%s-%02lld", product, (long long)n),
        .platform = PLATFORMS[n % (int64_t)COUNT(PLATFORMS)],
        .version =
            is_idle ? json_get_text(json_object_get(d->products, product), "old_version", "4.9.3")
                    : json_get_text(json_object_get(d->products, product), "version", ""),
        .cores = 4,
        .site_id = demo_id(site, "id")};
    struct machine *machine;
    int64_t seen;

    d->cx->now += (1 + demo_chance(d, 90)) * CLOCK_MINUTE;
    if (!machine_add(d->cx, &draft, &machine))
        return false;
    seen = d->today - (is_idle ? IDLE_DAYS : 0) * CLOCK_DAY - demo_chance(d, 20) * CLOCK_HOUR / 2;
    return db_exec(d->cx, NULL, SQL_MACHINE_SEEN, DB_TIME(seen > d->cx->now ? seen : d->cx->now),
                   DB_ID(d->cx->tenant_id), DB_ID(machine->id));
}

static bool add_machines(struct demo *d, const json_t *l, const json_t *made,
                         const struct licence *licence, const char *product)
{
    int64_t count = json_get_i64(l, "machines", 0);
    int64_t idle = json_get_i64(l, "idle_machines", 0);

    for (int64_t n = 1; n <= count; n++)
        if (!add_machine(d, made, licence, product, n, n > count - idle))
            return false;
    return true;
}

static bool issue(struct demo *d, const json_t *l, json_t *made, struct id order_id,
                  int64_t position)
{
    const json_t *policy = json_object_get(d->policies, json_get_text(l, "policy", ""));
    const json_t *people = json_object_get(made, "people");
    const json_t *product = json_object_get(d->products, json_get_text(policy, "product", ""));
    struct licence_draft draft = {.policy_id = demo_id(policy, "id"),
                                  .organisation_id = demo_id(made, "id"),
                                  .owner_id = demo_id(json_array_get(people, 0), "id"),
                                  .name = json_get_text(policy, "name", ""),
                                  .key = json_get_text(l, "key", NULL),
                                  .starts_at = d->cx->now,
                                  .grace_days = json_get_i64(l, "grace_days", 0),
                                  .is_trial = json_get_bool(policy, "is_trial", false),
                                  .max_machines = json_get_i64(l, "quantity", 1)};
    struct licence *licence;

    if (json_is_integer(json_object_get(l, "ends_in_days"))) {
        draft.expires_at = d->today + json_get_i64(l, "ends_in_days", 0) * CLOCK_DAY +
                           DAY_END_HOURS * CLOCK_HOUR - CLOCK_SECOND;
        draft.support_until = draft.expires_at;
    }
    if (!licence_issue(d->cx, &draft, &licence) ||
        !order_set_line_licence(d->cx, order_id, position, licence->id) ||
        !add_machines(d, l, made, licence, json_get_text(policy, "product", "")))
        return false;
    json_array_append_new(json_object_get(made, "licences"),
                          json_pack("{s:s,s:s,s:s,s:s}", "id", id_text(d->cx->mem, licence->id),
                                    "product", json_get_text(policy, "product", ""), "product_id",
                                    json_get_text(policy, "product_id", ""), "version",
                                    json_get_text(product, "version", "")));
    if (!json_get_bool(l, "suspended", false))
        return true;
    demo_set_day(d, 6);
    return licence_suspend(d->cx, licence->id, "Invoice open for more than 60 days", &licence);
}

static bool add_invoice(struct demo *d, const json_t *o, const json_t *made, struct id order_id)
{
    int64_t ago = json_get_i64(o, "days_ago", 0) - STEP_DAYS;
    struct order *order;
    struct id id;
    bool paid = json_get_bool(o, "paid", true);

    if (!order_get(d->cx, order_id, &order))
        return false;
    if (order->total.minor == 0)
        return true;
    const struct invoice_draft draft = {.organisation_id = demo_id(made, "id"),
                                        .order_id = order_id,
                                        .total = order->total,
                                        .issued_on = demo_date(d, -ago),
                                        .due_on = demo_date(d, INVOICE_DUE_DAYS - ago)};
    return invoice_add(d->cx, &draft, &id) &&
           (!paid || invoice_pay(d->cx, id, order->total, demo_date(d, PAID_AFTER_DAYS - ago),
                                 order->number));
}

/* Moves the order on, a step every other day, up to where the data says it stands. */
static bool advance(struct demo *d, const json_t *o, struct id order_id, enum order_status to)
{
    int64_t ago = json_get_i64(o, "days_ago", 0);
    const char *reason = json_get_text(o, "reason", "");

    for (int step = ORDER_APPROVED; step <= (int)to; step++) {
        ago = ago > STEP_DAYS ? ago - STEP_DAYS : 0;
        demo_set_day(d, ago);
        if (!order_advance(d->cx, order_id, (enum order_status)step,
                           step == (int)to && *reason != '\0' ? reason : NULL))
            return false;
    }
    return true;
}

static bool add_licences(struct demo *d, const json_t *o, json_t *made, struct id order_id)
{
    const json_t *lines = json_object_get(o, "lines");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *l = json_array_get(lines, i);

        demo_set_day(d, json_get_i64(o, "days_ago", 0) - STEP_DAYS);
        if (json_object_get(l, "policy") != NULL && !issue(d, l, made, order_id, (int64_t)i + 1))
            return false;
    }
    return true;
}

static bool add_order(struct demo *d, const json_t *o, json_t *made)
{
    const json_t *lines = json_object_get(o, "lines");
    const json_t *people = json_object_get(made, "people");
    enum order_status status = step_of(json_get_text(o, "status", "placed"));
    struct order_line list[LINES_MAX];
    struct order_draft draft = {.organisation_id = demo_id(made, "id"),
                                .placed_by = demo_id(json_array_get(people, 0), "id"),
                                .reference = json_get_text(o, "reference", ""),
                                .currency = "GBP",
                                .tax_basis_points = TAX_BASIS_POINTS,
                                .lines = list};
    struct id id;

    for (; draft.line_count < json_array_size(lines) && draft.line_count < LINES_MAX;
         draft.line_count++)
        list[draft.line_count] = line_of(d, json_array_get(lines, draft.line_count));
    if (status != ORDER_DONE)
        draft.due_on = demo_date(d, 2 + demo_chance(d, 9));
    demo_set_day(d, json_get_i64(o, "days_ago", 0));
    if (!order_place(d->cx, &draft, &id) || !advance(d, o, id, status))
        return false;
    if (status == ORDER_PLACED || status == ORDER_APPROVED)
        return true;
    return (status != ORDER_DONE || add_licences(d, o, made, id)) && add_invoice(d, o, made, id);
}

bool demo_add_orders(struct demo *d, const json_t *organisation, json_t *made)
{
    const json_t *orders = json_object_get(organisation, "orders");

    for (size_t i = 0; i < json_array_size(orders); i++)
        if (!add_order(d, json_array_get(orders, i), made))
            return false;
    return true;
}
