-- The original of what is searchable is known; those of former content have not been kept.
UPDATE file_contents AS k SET is_markdown = f.is_markdown, original_id = coalesce(f.original_id, f.id), media_type = f.media_type, byte_size = f.byte_size, sha256 = f.sha256 FROM files f WHERE f.id = k.file_id AND f.status = 'ready' AND f.attempt = k.attempt AND f.deleted_at IS NULL;
--> statement-breakpoint
DROP TRIGGER IF EXISTS file_contents_ready;
--> statement-breakpoint
DROP TRIGGER IF EXISTS file_contents_updated;
--> statement-breakpoint
-- Content whose replacement brings other groups keeps those that it had.
CREATE TRIGGER IF NOT EXISTS file_contents_ready AFTER UPDATE OF status ON files WHEN NEW.status = 'ready' AND OLD.status <> 'ready' AND NEW.deleted_at IS NULL BEGIN INSERT INTO knowledge_revisions (base_id, revision, workspace_id, change, file_id, actor_id, created_at) SELECT b.id, b.revision + 1, b.workspace_id, iif(EXISTS (SELECT 1 FROM file_contents c WHERE c.file_id = NEW.id AND c.removed_revision IS NULL), 'file_replaced', 'file_added'), NEW.id, NEW.changed_by, NEW.updated_at FROM knowledge_bases b WHERE b.id = NEW.base_id; UPDATE file_contents SET "groups" = OLD."groups" WHERE NEW."groups" IS NOT OLD."groups" AND file_id = NEW.id AND attempt = (SELECT c.attempt FROM file_contents c WHERE c.file_id = NEW.id AND c.removed_revision IS NULL); UPDATE file_contents SET removed_revision = (SELECT b.revision FROM knowledge_bases b WHERE b.id = NEW.base_id) WHERE file_id = NEW.id AND removed_revision IS NULL; INSERT INTO file_contents (file_id, added_revision, workspace_id, base_id, attempt, name, metadata, chunk_count, page_count, char_count, is_markdown, original_id, media_type, byte_size, sha256) SELECT NEW.id, b.revision, NEW.workspace_id, NEW.base_id, NEW.attempt, NEW.name, NEW.metadata, coalesce(NEW.chunk_count, 0), NEW.page_count, NEW.char_count, NEW.is_markdown, coalesce(NEW.original_id, NEW.id), NEW.media_type, NEW.byte_size, NEW.sha256 FROM knowledge_bases b WHERE b.id = NEW.base_id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS file_contents_updated AFTER UPDATE OF name, metadata ON files WHEN NEW.status = OLD.status AND NEW.revision = OLD.revision AND NEW.deleted_at IS NULL AND OLD.deleted_at IS NULL AND (NEW.name <> OLD.name OR NEW.metadata <> OLD.metadata) AND EXISTS (SELECT 1 FROM file_contents c WHERE c.file_id = NEW.id AND c.removed_revision IS NULL) BEGIN INSERT INTO knowledge_revisions (base_id, revision, workspace_id, change, file_id, actor_id, created_at) SELECT b.id, b.revision + 1, b.workspace_id, 'file_updated', NEW.id, NEW.changed_by, NEW.updated_at FROM knowledge_bases b WHERE b.id = NEW.base_id; UPDATE file_contents SET removed_revision = (SELECT b.revision FROM knowledge_bases b WHERE b.id = NEW.base_id) WHERE file_id = NEW.id AND removed_revision IS NULL; INSERT INTO file_contents (file_id, added_revision, workspace_id, base_id, attempt, name, metadata, chunk_count, page_count, char_count, is_markdown, original_id, media_type, byte_size, sha256) SELECT NEW.id, b.revision, NEW.workspace_id, NEW.base_id, iif(NEW.status = 'ready', NEW.attempt, NEW.former_attempt), NEW.name, NEW.metadata, iif(NEW.status = 'ready', coalesce(NEW.chunk_count, 0), NEW.former_chunk_count), NEW.page_count, NEW.char_count, NEW.is_markdown, coalesce(NEW.original_id, NEW.id), NEW.media_type, NEW.byte_size, NEW.sha256 FROM knowledge_bases b WHERE b.id = NEW.base_id; END;
--> statement-breakpoint
DROP TRIGGER IF EXISTS quota_files_bytes_delete;
--> statement-breakpoint
DROP TRIGGER IF EXISTS quota_files_bytes_return;
--> statement-breakpoint
DROP TRIGGER IF EXISTS quota_files_bytes_leave;
--> statement-breakpoint
DROP TRIGGER IF EXISTS quota_files_bytes_replace;
--> statement-breakpoint
-- While content is replaced, the larger of both counts.
CREATE TRIGGER IF NOT EXISTS quota_files_bytes_delete AFTER DELETE ON files WHEN OLD.deleted_at IS NULL BEGIN UPDATE quotas SET used = used - max(OLD.byte_size, coalesce(OLD.replacement ->> 'byte_size', 0)) WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_files_bytes_return AFTER UPDATE OF deleted_at ON files WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', max(NEW.byte_size, coalesce(NEW.replacement ->> 'byte_size', 0))) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + max(NEW.byte_size, coalesce(NEW.replacement ->> 'byte_size', 0)); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_files_bytes_leave AFTER UPDATE OF deleted_at ON files WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL BEGIN UPDATE quotas SET used = used - max(OLD.byte_size, coalesce(OLD.replacement ->> 'byte_size', 0)) WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_files_bytes_replace AFTER UPDATE OF byte_size, replacement ON files WHEN NEW.deleted_at IS NULL AND OLD.deleted_at IS NULL AND max(NEW.byte_size, coalesce(NEW.replacement ->> 'byte_size', 0)) <> max(OLD.byte_size, coalesce(OLD.replacement ->> 'byte_size', 0)) BEGIN UPDATE quotas SET used = used - max(OLD.byte_size, coalesce(OLD.replacement ->> 'byte_size', 0)) WHERE workspace_id = NEW.workspace_id AND resource = 'bytes'; UPDATE quotas SET used = used + max(NEW.byte_size, coalesce(NEW.replacement ->> 'byte_size', 0)) WHERE workspace_id = NEW.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
-- An original that a file has no longer; whether it is kept as history is decided when it would be removed.
CREATE TRIGGER IF NOT EXISTS former_originals_of_file AFTER UPDATE OF original_id, replacement, deleted_at ON files WHEN OLD.deleted_at IS NULL AND (NEW.deleted_at IS NOT NULL OR coalesce(NEW.original_id, NEW.id) <> coalesce(OLD.original_id, OLD.id) OR NEW.replacement ->> 'original_id' IS NOT OLD.replacement ->> 'original_id') BEGIN INSERT INTO former_originals (id, workspace_id, base_id, file_id, byte_size, created_at) SELECT o.id, NEW.workspace_id, NEW.base_id, NEW.id, o.byte_size, NEW.updated_at FROM (SELECT coalesce(OLD.original_id, OLD.id) AS id, OLD.byte_size AS byte_size UNION ALL SELECT OLD.replacement ->> 'original_id', OLD.replacement ->> 'byte_size') o WHERE o.id IS NOT NULL AND (NEW.deleted_at IS NOT NULL OR (o.id <> coalesce(NEW.original_id, NEW.id) AND o.id IS NOT NEW.replacement ->> 'original_id')) ON CONFLICT (id) DO NOTHING; END;
--> statement-breakpoint
-- Above 5 GiB a base loses its oldest history first.
CREATE TRIGGER IF NOT EXISTS former_originals_insert AFTER INSERT ON former_originals BEGIN UPDATE knowledge_bases SET former_byte_size = former_byte_size + NEW.byte_size, purge_due_at = iif(retention_days > 0 AND former_byte_size + NEW.byte_size > 5368709120, NEW.created_at, purge_due_at) WHERE id = NEW.base_id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS former_originals_delete AFTER DELETE ON former_originals BEGIN UPDATE knowledge_bases SET former_byte_size = former_byte_size - OLD.byte_size WHERE id = OLD.base_id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS former_originals_gone AFTER DELETE ON files BEGIN DELETE FROM former_originals WHERE file_id = OLD.id; END;
