-- What the desk does by itself: it closes what was solved and nobody speaks of any longer, and leaves
-- closed what is only thanked for. A tenant without a row closes nothing.
CREATE TABLE desk_flow (
  tenant_id UUID NOT NULL,
  close_days INT NOT NULL DEFAULT 0 CHECK (close_days BETWEEN 0 AND 365), -- 0: never
  remind_days INT NOT NULL DEFAULT 0 CHECK (remind_days BETWEEN 0 AND 30), -- before that; 0: no mail
  thanks_words TEXT NULL, -- a phrase a line; NULL: those of portal/desk/thanks.c
  beside_words TEXT NULL, -- what may stand beside them, likewise
  dispatch_minutes INT NOT NULL DEFAULT 0 CHECK (dispatch_minutes >= 0), -- to answer one; 0: no limit
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

-- Topics that close after another time, or never (0).
CREATE TABLE desk_flow_topic (
  tenant_id UUID NOT NULL,
  topic VARCHAR(32) NOT NULL,
  close_days INT NOT NULL CHECK (close_days BETWEEN 0 AND 365),
  PRIMARY KEY (tenant_id, topic),
  FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

ALTER TABLE ticket
  ADD COLUMN disputed_at DATETIME(6) NULL,   -- when its customer last said that it is not solved
  ADD COLUMN close_told_at DATETIME(6) NULL, -- when the mail before the close was asked for
  ADD COLUMN is_disputed BOOLEAN AS (disputed_at IS NOT NULL) PERSISTENT,
  ADD KEY ticket_disputed_due (tenant_id, is_disputed, is_active, due_key, id),
  ADD KEY ticket_close (tenant_id, category, status_at, id);
UPDATE ticket SET status_at = COALESCE(resolved_at, updated_at)
  WHERE category = 'solved' AND status_at IS NULL;
