-- The chunks of a base are those that are searchable.
DROP TRIGGER base_chunks_update;
--> statement-breakpoint
DROP TRIGGER base_chunks_delete;
--> statement-breakpoint
CREATE TRIGGER base_chunks_update AFTER UPDATE OF status, chunk_count, former_chunk_count, deleted_at ON files WHEN iif(NEW.deleted_at IS NULL, iif(NEW.status = 'ready', coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), 0) <> iif(OLD.deleted_at IS NULL, iif(OLD.status = 'ready', coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) BEGIN UPDATE knowledge_bases SET chunk_count = chunk_count + iif(NEW.deleted_at IS NULL, iif(NEW.status = 'ready', coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), 0) - iif(OLD.deleted_at IS NULL, iif(OLD.status = 'ready', coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) WHERE id = NEW.base_id; END;
--> statement-breakpoint
CREATE TRIGGER base_chunks_delete AFTER DELETE ON files WHEN iif(OLD.deleted_at IS NULL, iif(OLD.status = 'ready', coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) > 0 BEGIN UPDATE knowledge_bases SET chunk_count = chunk_count - iif(OLD.deleted_at IS NULL, iif(OLD.status = 'ready', coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) WHERE id = OLD.base_id; END;
--> statement-breakpoint
-- The quota counts the larger of what is searchable and what replaces it: a file can be replaced within a full quota, and a failed
-- replacement, which returns to the former number, never exceeds it.
DROP TRIGGER quota_files_chunks_more;
--> statement-breakpoint
DROP TRIGGER quota_files_chunks_delete;
--> statement-breakpoint
CREATE TRIGGER quota_files_chunks_more AFTER UPDATE OF chunk_count, former_chunk_count, deleted_at ON files WHEN iif(NEW.deleted_at IS NULL, max(coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), 0) <> iif(OLD.deleted_at IS NULL, max(coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'chunks', iif(NEW.deleted_at IS NULL, max(coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), 0) - iif(OLD.deleted_at IS NULL, max(coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0)) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + iif(NEW.deleted_at IS NULL, max(coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), 0) - iif(OLD.deleted_at IS NULL, max(coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0); END;
--> statement-breakpoint
CREATE TRIGGER quota_files_chunks_delete AFTER DELETE ON files WHEN iif(OLD.deleted_at IS NULL, max(coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) > 0 BEGIN UPDATE quotas SET used = used - iif(OLD.deleted_at IS NULL, max(coalesce(OLD.chunk_count, 0), OLD.former_chunk_count), 0) WHERE workspace_id = OLD.workspace_id AND resource = 'chunks'; END;
--> statement-breakpoint
-- New content releases the bytes of the former before it takes its own.
CREATE TRIGGER quota_files_bytes_replace AFTER UPDATE OF byte_size ON files WHEN NEW.byte_size <> OLD.byte_size AND NEW.deleted_at IS NULL AND OLD.deleted_at IS NULL BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = NEW.workspace_id AND resource = 'bytes'; UPDATE quotas SET used = used + NEW.byte_size WHERE workspace_id = NEW.workspace_id AND resource = 'bytes'; END;
