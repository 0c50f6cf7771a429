-- `chunk_count` of a base is counted by the statements that change its files, not by a sum over all of them.
CREATE TRIGGER base_chunks_update AFTER UPDATE OF status, chunk_count, deleted_at ON files WHEN iif(NEW.status = 'ready' AND NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) <> iif(OLD.status = 'ready' AND OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0) BEGIN UPDATE knowledge_bases SET chunk_count = chunk_count + iif(NEW.status = 'ready' AND NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) - iif(OLD.status = 'ready' AND OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0) WHERE id = NEW.base_id; END;
--> statement-breakpoint
CREATE TRIGGER base_chunks_insert AFTER INSERT ON files WHEN iif(NEW.status = 'ready' AND NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) > 0 BEGIN UPDATE knowledge_bases SET chunk_count = chunk_count + NEW.chunk_count WHERE id = NEW.base_id; END;
--> statement-breakpoint
CREATE TRIGGER base_chunks_delete AFTER DELETE ON files WHEN iif(OLD.status = 'ready' AND OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0) > 0 BEGIN UPDATE knowledge_bases SET chunk_count = chunk_count - OLD.chunk_count WHERE id = OLD.base_id; END;
--> statement-breakpoint
UPDATE knowledge_bases SET chunk_count = (SELECT coalesce(sum(f.chunk_count), 0) FROM files f WHERE f.workspace_id = knowledge_bases.workspace_id AND f.base_id = knowledge_bases.id AND f.status = 'ready' AND f.deleted_at IS NULL);
