#include "licensing/machine_event.h"

#include "licensing/component.h"
#include "licensing/process.h"

/* Beats come by the thousand and are nobody's history: they are written only where an endpoint
 * hears them. */
static bool emit(struct ctx *cx, enum event_kind kind, bool is_beat, struct id subject_id,
                 const json_t *data)
{
    bool is_heard = true;

    if (is_beat && !event_is_heard(cx, kind, &is_heard))
        return false;
    return !is_heard || event_emit(cx, kind, subject_id, data);
}

/* What a webhook can still tell of a machine once its row is gone. */
static json_t *last_words(const struct machine *m)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "fingerprint", m->fingerprint, "name",
                     json_text(m->name), "ip", json_text(m->ip), "hostname", json_text(m->hostname),
                     "platform", json_text(m->platform));
}

bool machine_event(struct ctx *cx, enum event_kind kind, const struct machine *m)
{
    bool is_beat = kind == EVENT_MACHINE_PINGED;
    json_t *data = json_own(
        cx->mem, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "machine", id_text(cx->mem, m->id),
                           "licence", id_text(cx->mem, m->licence_id), "product",
                           id_text(cx->mem, m->product_id), "name", json_text(m->name), "hostname",
                           json_text(m->hostname), "fingerprint", m->fingerprint));

    if (kind == EVENT_LICENCE_RELEASED)
        json_object_set_new(data, "attributes", last_words(m));
    return licence_changed(cx, "licence", m->licence_id) &&
           emit(cx, kind, is_beat, is_beat ? m->id : m->licence_id, data);
}

bool machine_event_component(struct ctx *cx, enum event_kind kind, const struct component *c)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "component",
                                               id_text(cx->mem, c->id), "machine",
                                               id_text(cx->mem, c->machine_id), "licence",
                                               id_text(cx->mem, c->licence_id), "product",
                                               id_text(cx->mem, c->product_id), "name", c->name,
                                               "fingerprint", c->fingerprint));

    if (kind == EVENT_COMPONENT_DELETED)
        json_object_set_new(
            data, "attributes",
            json_pack("{s:s, s:s}", "fingerprint", c->fingerprint, "name", c->name));
    return licence_changed(cx, "licence", c->licence_id) && event_emit(cx, kind, c->id, data);
}

bool machine_event_process(struct ctx *cx, enum event_kind kind, const struct process *p)
{
    bool is_beat = kind == EVENT_PROCESS_PINGED;
    json_t *data =
        json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:s}", "process", id_text(cx->mem, p->id),
                                    "machine", id_text(cx->mem, p->machine_id), "licence",
                                    id_text(cx->mem, p->licence_id), "product",
                                    id_text(cx->mem, p->product_id), "pid", p->pid));

    if (kind == EVENT_PROCESS_DELETED)
        json_object_set_new(data, "attributes", json_pack("{s:s}", "pid", p->pid));
    return licence_changed(cx, "licence", p->licence_id) && emit(cx, kind, is_beat, p->id, data);
}
