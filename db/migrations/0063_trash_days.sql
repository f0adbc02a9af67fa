-- Tickets in the recycle bin go for good after so many days; 0: never. The time spent on one and the
-- hours it took off a balance stay in the figures, without it.
ALTER TABLE desk_flow
  ADD COLUMN trash_days INT NOT NULL DEFAULT 30 CHECK (trash_days BETWEEN 0 AND 3650);
ALTER TABLE time_entry MODIFY ticket_id UUID NULL;
