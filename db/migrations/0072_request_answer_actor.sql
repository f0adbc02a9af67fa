-- Who was answered: what is kept for him goes when he is erased. NULL: a program, or kept before.
ALTER TABLE request_answer
  ADD COLUMN actor_id UUID NULL AFTER id,
  ADD KEY request_answer_actor (tenant_id, actor_id);
