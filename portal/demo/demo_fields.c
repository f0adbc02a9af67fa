/* A list, three fields that hang together, some of other records, and a topic that brings its own
 * notice and text. */
#include "portal/account/own_field.h"
#include "portal/demo/demo.h"
#include "portal/desk/ticket_topic.h"
#include "portal/field/custom_field.h"

#include <string.h>

static bool add_devices(struct ctx *cx, struct id *list_id)
{
    struct option_value values[] = {{"printer", "Receipt printer", "小票打印机", false},
                                    {"scanner", "Scanner", "扫描枪", false},
                                    {"till", "Till", "收银机", false},
                                    {"other", "Something else", "其他设备", false}};
    struct option_list list = {.code = "device",
                               .label = "Device",
                               .label_zh = "设备",
                               .values = values,
                               .value_count = COUNT(values)};

    if (!option_list_save(cx, &list))
        return false;
    *list_id = list.id;
    return true;
}

enum { DEVICE, MODEL, BOUGHT, OTHERS };

/* The first three are of tickets, the others what a shop's own people, orders and licences are
 * asked beside the usual. */
static const struct {
    enum field_subject subject;
    const char *code, *label, *label_zh, *hint, *hint_zh;
    enum field_kind kind;
    enum field_access access;
    bool is_listed;
    int topic_count; /* of TOPICS, from the first; 0: all */
} ROWS[] = {
    [DEVICE] = {FIELD_TICKET, "device", "Device", "设备",
                "What it is about, if it is about a device", "如与某台设备有关，请选择",
                FIELD_CHOICE, FIELD_WRITE, true, 2},
    [MODEL] = {FIELD_TICKET, "model", "Model", "型号", "As it stands on the label underneath",
               "见设备底部标签", FIELD_TEXT, FIELD_WRITE, false, 2},
    [BOUGHT] = {FIELD_TICKET, "bought_on", "Bought on", "购买日期", "", "", FIELD_DATE, FIELD_WRITE,
                false, 1},
    [OTHERS] = {FIELD_ORGANISATION, "till_count", "Tills", "收银台数", "", "", FIELD_NUMBER,
                FIELD_READ, true, 0},
    {FIELD_PERSON, "shift", "Reached best", "方便联系的时间", "", "", FIELD_TEXT, FIELD_WRITE, true,
     0},
    {FIELD_ORDER, "cost_centre", "Cost centre", "成本中心", "", "", FIELD_TEXT, FIELD_WRITE, false,
     0},
    {FIELD_LICENCE, "installed_by", "Installed by", "安装人员", "", "", FIELD_TEXT, FIELD_READ,
     false, 0},
};
static const char *const TOPICS[] = {"repair", "fault"};

static struct custom_field field_of(size_t row)
{
    struct custom_field f = {.subject = ROWS[row].subject,
                             .code = ROWS[row].code,
                             .label = ROWS[row].label,
                             .label_zh = ROWS[row].label_zh,
                             .hint = ROWS[row].hint,
                             .hint_zh = ROWS[row].hint_zh,
                             .kind = ROWS[row].kind,
                             .access = ROWS[row].access,
                             .is_listed = ROWS[row].is_listed};

    for (int i = 0; i < ROWS[row].topic_count; i++)
        f.topics[f.topic_count++] = TOPICS[i];
    return f;
}

static bool add_of_others(struct ctx *cx)
{
    for (size_t i = OTHERS; i < COUNT(ROWS); i++) {
        struct custom_field f = field_of(i);

        if (!custom_field_save(cx, &f))
            return false;
    }
    return true;
}

static bool add_fields(struct ctx *cx, struct id list_id)
{
    struct custom_field device = field_of(DEVICE), model = field_of(MODEL),
                        bought = field_of(BOUGHT);

    device.list_id = list_id;
    if (!custom_field_save(cx, &device))
        return false;
    model.conditions[FIELD_SHOW][0] = (struct field_condition){.looks_at = FIELD_AT_FIELD,
                                                               .test = FIELD_IS,
                                                               .other_id = device.id,
                                                               .value = "printer\nscanner\ntill"};
    model.condition_count[FIELD_SHOW] = 1;
    model.conditions[FIELD_REQUIRE][0] =
        (struct field_condition){.looks_at = FIELD_AT_TOPIC, .test = FIELD_IS, .value = "repair"};
    model.condition_count[FIELD_REQUIRE] = 1;
    return custom_field_save(cx, &model) && custom_field_save(cx, &bought);
}

static bool add_topic(struct ctx *cx)
{
    const struct ticket_topic repair = {
        .code = "repair",
        .label = "Repair",
        .label_zh = "报修",
        .hint = "Send a device in, or have somebody come",
        .hint_zh = "寄修或上门维修",
        .icon = "package",
        .level = 3,
        .type = TICKET_TOPIC_REPAIR,
        .body = "What is broken:\n\nSince when:\n\nWhere the device is:\n",
        .body_zh = "故障现象：\n\n发生时间：\n\n设备位置：\n",
        .notice = "Please keep the device switched off and do not open it.",
        .notice_zh = "请保持设备关机，不要自行拆开。",
        .is_active = true,
    };

    return ticket_topic_save(cx, &repair, true);
}

static struct id first_of(const json_t *organisation, const char *list)
{
    return demo_id(json_array_get(json_object_get(organisation, list), 0), "id");
}

/* One customer in three has told it all. */
static bool fill_in(struct demo *d)
{
    struct ctx *cx = d->cx;
    json_t *organisation, *given, *told = json_own(cx->mem, json_object());
    size_t i;

    json_array_foreach (d->organisations, i, organisation) {
        const struct id licence = first_of(organisation, "licences");
        const bool is_zh = strcmp(json_get_text(organisation, "language", ""), "zh") == 0;
        const size_t sites = json_array_size(json_object_get(organisation, "sites"));

        given = json_own(cx->mem, json_pack("{s:i}", "till_count", (int)(3 * sites + i % 4 + 1)));
        if (!field_record_write(cx, FIELD_ORGANISATION, demo_id(organisation, "id"), given, told))
            return false;
        given =
            json_own(cx->mem, json_pack("{s:s}", "installed_by", is_zh ? "陈思远" : "Gareth Lowe"));
        if (i % 3 == 0 && !id_is_zero(licence) && !own_field_set(cx, FIELD_LICENCE, licence, given))
            return false;
    }
    return true;
}

bool demo_add_fields(struct demo *d)
{
    struct id list_id;

    return add_topic(d->cx) && add_devices(d->cx, &list_id) && add_fields(d->cx, list_id) &&
           add_of_others(d->cx) && fill_in(d);
}
