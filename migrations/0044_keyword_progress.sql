-- How far the minute's task (keyword_index) has come for each version of what the keyword index contains: chunks with a smaller
-- number are in it as an earlier version left them. A version has no row until the task begins it. It replaces keyword_stems.
CREATE TABLE IF NOT EXISTS keyword_progress (
  version INTEGER PRIMARY KEY,
  before INTEGER NOT NULL
) STRICT;
