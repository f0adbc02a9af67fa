#include "licensing/machine_event.h"

#include "licensing/component.h"
#include "licensing/process.h"

bool machine_event(struct ctx *cx, enum event_kind kind, const struct machine *m)
{
    json_t *data = json_own(
        cx->mem, json_pack("{s:s, s:s, s:o, s:o, s:s}", "machine", id_text(cx->mem, m->id),
                           "licence", id_text(cx->mem, m->licence_id), "name", json_text(m->name),
                           "hostname", json_text(m->hostname), "fingerprint", m->fingerprint));

    return licence_changed(cx, "licence", m->licence_id) &&
           event_emit(cx, kind, kind == EVENT_MACHINE_PINGED ? m->id : m->licence_id, data);
}

bool machine_event_component(struct ctx *cx, enum event_kind kind, const struct component *c)
{
    json_t *data = json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s, s:s}", "component",
                                               id_text(cx->mem, c->id), "machine",
                                               id_text(cx->mem, c->machine_id), "licence",
                                               id_text(cx->mem, c->licence_id), "name", c->name,
                                               "fingerprint", c->fingerprint));

    return licence_changed(cx, "licence", c->licence_id) &&
           event_emit(cx, kind, c->licence_id, data);
}

bool machine_event_process(struct ctx *cx, enum event_kind kind, const struct process *p)
{
    json_t *data =
        json_own(cx->mem, json_pack("{s:s, s:s, s:s, s:s}", "process", id_text(cx->mem, p->id),
                                    "machine", id_text(cx->mem, p->machine_id), "licence",
                                    id_text(cx->mem, p->licence_id), "pid", p->pid));

    return licence_changed(cx, "licence", p->licence_id) &&
           event_emit(cx, kind, kind == EVENT_PROCESS_PINGED ? p->id : p->licence_id, data);
}
