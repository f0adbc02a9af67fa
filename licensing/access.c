#include "licensing/access.h"

struct access access_of(const struct ctx *cx)
{
    const struct viewer *viewer = &cx->viewer;

    switch (viewer->kind) {
    case VIEWER_SYSTEM:
        return (struct access){.sees_all = true};
    case VIEWER_STAFF:
        return (struct access){.sees_all = viewer_has(viewer, RIGHT_LICENCES_READ)};
    case VIEWER_CUSTOMER:
        if (viewer_has(viewer, RIGHT_LICENCE))
            return (struct access){.organisation_id = viewer->organisation_id};
        break;
    case VIEWER_NOBODY:
        break;
    }
    return (struct access){0};
}

bool access_manage(struct ctx *cx, enum right_action action)
{
    if (cx->viewer.kind == VIEWER_SYSTEM)
        return true;
    if (cx->viewer.kind == VIEWER_STAFF &&
        viewer_has(&cx->viewer, RIGHT_OF(MODULE_LICENCES, action)))
        return true;
    return err_set(&cx->err, &ERR_DENIED, "managing licences");
}
