#include "licensing/licence_scope.h"

void licence_scope_add(struct where *w, const struct licence_scope *scope)
{
    if (!id_is_zero(scope->product_id))
        where_add(w, " AND l.product_id = ?", DB_ID(scope->product_id));
    if (!id_is_zero(scope->licence_id))
        where_add(w, " AND l.id = ?", DB_ID(scope->licence_id));
    if (id_is_zero(scope->person_id))
        return;
    where_add(w, " AND (l.owner_id = ?", DB_ID(scope->person_id));
    where_add(w,
              " OR EXISTS (SELECT 1 FROM licence_user su WHERE su.tenant_id = l.tenant_id "
              "AND su.licence_id = l.id AND su.person_id = ?))",
              DB_ID(scope->person_id));
}
