-- How far the minute's task (keyword_stems) has come: chunks with a smaller number are in the keyword index without the stems
-- of Greek, Cyrillic, Arabic and Devanagari. It is empty until the task begins.
CREATE TABLE keyword_stems (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  before INTEGER NOT NULL
) STRICT;
