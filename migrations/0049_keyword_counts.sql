-- `chunk_words` contains keys of scope and stem, so that its vocabulary tells the number of chunks of a base with a word.
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_word_counts USING fts5vocab(chunk_words, 'row');
