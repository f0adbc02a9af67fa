-- The revocation list asks for what is revoked or suspended among millions that are neither.

ALTER TABLE licence
  ADD KEY licence_deleted (tenant_id, deleted_at),
  ADD KEY licence_suspended (tenant_id, is_suspended);
