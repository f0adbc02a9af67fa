/* A list, three fields that hang together, and a topic that brings its own notice and text. */
#include "portal/demo/demo.h"
#include "portal/desk/ticket_topic.h"
#include "portal/field/custom_field.h"

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

bool demo_add_fields(struct demo *d)
{
    struct id list_id;

    return add_topic(d->cx) && add_devices(d->cx, &list_id) && add_fields(d->cx, list_id);
}
