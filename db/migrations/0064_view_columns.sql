-- The columns of a view, in their order, a code after another with commas; '': the list as it comes.
ALTER TABLE saved_view ADD COLUMN column_list VARCHAR(600) NOT NULL DEFAULT '';
