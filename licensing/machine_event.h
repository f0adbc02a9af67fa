/* What is told about machines and what belongs to them, in the transaction of the change. */
#pragma once

#include "licensing/machine.h"

/* Each also tells the caches that the licence changed. What happens to a machine is about its
 * licence, whose history holds it; what happens to components and processes is about them. Beats
 * (EVENT_MACHINE_PINGED, EVENT_PROCESS_PINGED) are about the machine or process, and written only
 * where a webhook hears them. Data: the ids "machine", "licence", "product" and "component" or
 * "process", and what names the thing to people. */
bool machine_event(struct ctx *cx, enum event_kind kind, const struct machine *m) MUST_CHECK;

struct component;
struct process;
bool machine_event_component(struct ctx *cx, enum event_kind kind,
                             const struct component *c) MUST_CHECK;
bool machine_event_process(struct ctx *cx, enum event_kind kind,
                           const struct process *p) MUST_CHECK;
