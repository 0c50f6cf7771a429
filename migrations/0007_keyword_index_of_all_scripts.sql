-- Marks belong to their words: without "Mn Mc" the tokenizer cut Thai, Devanagari and others at each vowel sign. A tokenizer
-- cannot be changed, and the words of scripts without spaces are cut by the Worker. So the rows of chunks_fts move here by
-- the minute's task (chunk_index), some at a time; until then the search reads both, and every chunk stands in one of them.
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_words USING fts5(scope, title, body, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
