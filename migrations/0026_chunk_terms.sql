-- The words of chunks, each as a key of its base and stem, so that one row tells in how many chunks of a base a word stands.
-- The minute's task (chunk_terms) adds the chunks that exist already, the latest first; until then they are counted one by one.
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_terms USING fts5(keys, content='', contentless_delete=1, detail=none, tokenize='ascii');
--> statement-breakpoint
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_term_counts USING fts5vocab(chunk_terms, 'row');
