-- The report of time reads the days of a period.
ALTER TABLE time_entry ADD KEY time_entry_day (tenant_id, done_on, organisation_id);
