-- A source is deleted together with its base, and its pages and credentials together with it.
CREATE TRIGGER IF NOT EXISTS knowledge_sources_of_base AFTER DELETE ON knowledge_bases BEGIN DELETE FROM knowledge_sources WHERE base_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS knowledge_sources_removed AFTER DELETE ON knowledge_sources
BEGIN
  DELETE FROM source_pages WHERE source_id = OLD.id;
  DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'source' AND owner_id = OLD.id;
END;
