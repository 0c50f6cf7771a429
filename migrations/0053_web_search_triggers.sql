-- The key of a search provider goes with it.
CREATE TRIGGER IF NOT EXISTS secrets_of_search_provider AFTER DELETE ON search_providers BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'search_provider' AND owner_id = OLD.provider; END;
