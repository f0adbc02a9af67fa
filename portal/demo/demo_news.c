/* Announcements: one for customers, one for those who have a product, one that is over. */
#include "base/clock.h"
#include "portal/demo/demo.h"
#include "portal/desk/announcement.h"

#include <string.h>

static bool add(struct demo *d, const json_t *entry)
{
    const int64_t now = d->now;
    struct announcement a = {.codes = "", .topic = json_get_text(entry, "topic", "")};
    const json_t *texts = json_object_get(entry, "texts");
    const char *language;
    json_t *text;

    if (!announcement_audience_parse(json_get_text(entry, "audience", ""), &a.audience))
        return err_set(&d->cx->err, &ERR_INVALID, "news.json: an audience");
    a.product_id = demo_id(json_object_get(d->products, json_get_text(entry, "product", "")), "id");
    a.is_outage = json_get_bool(entry, "outage", false);
    a.is_published = true;
    a.show_from = now - json_get_i64(entry, "days_ago", 0) * CLOCK_DAY;
    if (json_get_i64(entry, "days", 0) > 0)
        a.show_until = a.show_from + json_get_i64(entry, "days", 0) * CLOCK_DAY;
    json_object_foreach ((json_t *)(uintptr_t)texts, language, text) { /* read only */
        a.texts[a.text_count++] = (struct announcement_text){
            .language = language,
            .title = json_get_text(text, "title", ""),
            .body = json_get_text(text, "body", ""),
        };
    }
    return announcement_save(d->cx, &a);
}

bool demo_add_news(struct demo *d)
{
    json_t *list, *entry;
    size_t i;

    if (!demo_read_json(d, "news.json", &list))
        return false;
    json_array_foreach (list, i, entry)
        if (!add(d, entry))
            return false;
    return true;
}
