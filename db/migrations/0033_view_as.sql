-- Staff who look at the portal as a customer: as whom, where, and until when.
ALTER TABLE session ADD COLUMN view_person_id UUID NULL;
ALTER TABLE session ADD COLUMN view_organisation_id UUID NULL;
ALTER TABLE session ADD COLUMN view_until DATETIME(6) NULL;
