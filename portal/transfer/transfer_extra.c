#include "portal/transfer/transfer_extra.h"

#include "portal/api/api_resource.h"
#include "portal/sales/organisation.h"

static void open_meta(struct str *s)
{
    s->len--;
    API_ADD(s, ",\"meta\":{\"gatehouse\":{");
}

static void close_meta(struct str *s)
{
    API_ADD(s, "}}}");
}

void transfer_extra_product(struct str *s, const struct product *p)
{
    open_meta(s);
    API_TEXT(s, "\"serialPrefix\":", p->serial_prefix);
    close_meta(s);
}

void transfer_extra_licence(struct str *s, const struct licence *l,
                            const struct organisation *organisation)
{
    open_meta(s);
    API_TEXT(s, "\"serial\":", l->serial);
    API_MEMBER(s, "starts");
    api_value_time(s, l->starts_at);
    API_MEMBER(s, "supportEnd");
    api_value_time(s, l->support_until);
    API_MEMBER(s, "graceDays");
    str_i64(s, l->grace_days);
    API_MEMBER(s, "trial");
    api_value_bool(s, l->is_trial);
    API_TEXT(s, ",\"note\":", l->note);
    API_ADD(s, ",\"organization\":");
    if (organisation == NULL) {
        API_ADD(s, "null");
    } else {
        API_TEXT(s, "{\"code\":", organisation->code);
        API_TEXT(s, ",\"name\":", organisation->name);
        str_char(s, '}');
    }
    close_meta(s);
}

static bool open_extra(const struct api_object *data, struct api_object *out)
{
    struct api_object meta;

    return api_input_object(data, "meta", 0, &meta) && api_input_object(&meta, "gatehouse", 0, out);
}

bool transfer_extra_read_product(const struct api_object *data, struct product *p)
{
    struct api_object extra;

    return open_extra(data, &extra) &&
           api_input_text(&extra, "serialPrefix", API_NULLABLE, &p->serial_prefix);
}

bool transfer_extra_read_licence(const struct api_object *data, struct licence_record *l,
                                 struct transfer_customer *customer)
{
    struct api_object extra;
    struct api_object organisation;

    return open_extra(data, &extra) && api_input_text(&extra, "serial", API_NULLABLE, &l->serial) &&
           api_input_time(&extra, "starts", API_NULLABLE, &l->starts_at) &&
           api_input_time(&extra, "supportEnd", API_NULLABLE, &l->support_until) &&
           api_input_i64(&extra, "graceDays", 0, &l->grace_days) &&
           api_input_bool(&extra, "trial", 0, &l->is_trial) &&
           api_input_text(&extra, "note", API_NULLABLE | API_BLANK, &l->note) &&
           api_input_object(&extra, "organization", 0, &organisation) &&
           (organisation.json == NULL ||
            (api_input_text(&organisation, "code", API_REQUIRED, &customer->code) &&
             api_input_text(&organisation, "name", API_REQUIRED, &customer->name)));
}
