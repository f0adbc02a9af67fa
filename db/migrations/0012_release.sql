-- Stored files are looked for by their content, of whatever tenant, before an orphan is removed.
ALTER TABLE attachment ADD KEY attachment_content (hash);
ALTER TABLE artefact ADD KEY artefact_content (content_hash);
