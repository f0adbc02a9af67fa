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

/* What a shop's own people, orders and licences are asked beside the usual. */
static bool add_of_others(struct ctx *cx)
{
    struct custom_field others[] = {{.subject = FIELD_ORGANISATION,
                                     .code = "till_count",
                                     .label = "Tills",
                                     .label_zh = "收银台数",
                                     .kind = FIELD_NUMBER,
                                     .access = FIELD_READ,
                                     .is_listed = true},
                                    {.subject = FIELD_PERSON,
                                     .code = "shift",
                                     .label = "Reached best",
                                     .label_zh = "方便联系的时间",
                                     .kind = FIELD_TEXT,
                                     .access = FIELD_WRITE,
                                     .is_listed = true},
                                    {.subject = FIELD_ORDER,
                                     .code = "cost_centre",
                                     .label = "Cost centre",
                                     .label_zh = "成本中心",
                                     .kind = FIELD_TEXT,
                                     .access = FIELD_WRITE},
                                    {.subject = FIELD_LICENCE,
                                     .code = "installed_by",
                                     .label = "Installed by",
                                     .label_zh = "安装人员",
                                     .kind = FIELD_TEXT,
                                     .access = FIELD_READ}};

    for (size_t i = 0; i < COUNT(others); i++) {
        others[i].hint = others[i].hint_zh = "";
        if (!custom_field_save(cx, &others[i]))
            return false;
    }
    return true;
}

static bool add_fields(struct ctx *cx, struct id list_id)
{
    struct custom_field device = {.subject = FIELD_TICKET,
                                  .code = "device",
                                  .label = "Device",
                                  .label_zh = "设备",
                                  .hint = "What it is about, if it is about a device",
                                  .hint_zh = "如与某台设备有关，请选择",
                                  .kind = FIELD_CHOICE,
                                  .list_id = list_id,
                                  .access = FIELD_WRITE,
                                  .is_listed = true,
                                  .topics = {"fault", "repair"},
                                  .topic_count = 2};
    struct custom_field model = {.subject = FIELD_TICKET,
                                 .code = "model",
                                 .label = "Model",
                                 .label_zh = "型号",
                                 .hint = "As it stands on the label underneath",
                                 .hint_zh = "见设备底部标签",
                                 .kind = FIELD_TEXT,
                                 .access = FIELD_WRITE,
                                 .topics = {"fault", "repair"},
                                 .topic_count = 2};
    struct custom_field bought = {.subject = FIELD_TICKET,
                                  .code = "bought_on",
                                  .label = "Bought on",
                                  .label_zh = "购买日期",
                                  .hint = "",
                                  .hint_zh = "",
                                  .kind = FIELD_DATE,
                                  .access = FIELD_WRITE,
                                  .topics = {"repair"},
                                  .topic_count = 1};

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
