-- Rights by action: what was one right of a module becomes its four actions, on all rows.
INSERT INTO role_right (tenant_id, role_id, name)
  SELECT r.tenant_id, r.role_id, CONCAT(r.name, '.', a.action) FROM role_right r
  JOIN (SELECT 'read' AS action UNION ALL SELECT 'create' UNION ALL SELECT 'update'
        UNION ALL SELECT 'delete' UNION ALL SELECT 'all') a
  WHERE (r.name <> 'reports' OR a.action IN ('read', 'all'))
  AND (a.action <> 'all' OR r.name IN ('desk', 'customers', 'sales', 'reports'))
  AND r.name NOT LIKE '%.%';
DELETE FROM role_right WHERE name NOT LIKE '%.%';

-- Counts up with each change of a role: of two people who change one, the second one is told.
ALTER TABLE role ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE INDEX staff_member_team ON staff_member (tenant_id, team_id);
CREATE INDEX organisation_owner ON organisation (tenant_id, owner_id);
