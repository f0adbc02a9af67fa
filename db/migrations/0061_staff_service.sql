-- A member of staff's first day of service, where the tenant keeps it.
ALTER TABLE staff_member ADD COLUMN started_on DATE NULL;
