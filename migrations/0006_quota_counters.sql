-- Limits of the deployment until its variables say otherwise (platform/config.ts has the same numbers).
INSERT INTO quota_defaults (resource, max) SELECT key, value FROM json_each('{"files": 100000, "bytes": 107374182400, "chunks": 2000000, "agents": 1000, "sessions": 5000000, "tools": 1000, "keys": 500, "knowledge_bases": 1000}');
--> statement-breakpoint
-- What there is already.
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'files', count(*) FROM files WHERE deleted_at IS NULL GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'bytes', sum(byte_size) FROM (SELECT workspace_id, byte_size FROM files WHERE deleted_at IS NULL
  UNION ALL SELECT workspace_id, max(byte_size) FROM attachments GROUP BY workspace_id, object_id) GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'chunks', sum(chunk_count) FROM files WHERE deleted_at IS NULL AND chunk_count IS NOT NULL GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'agents', count(*) FROM agents WHERE archived_at IS NULL GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'sessions', count(*) FROM sessions WHERE kind = 'chat' GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'tools', count(*) FROM tools WHERE deleted_at IS NULL GROUP BY 1;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'knowledge_bases', count(*) FROM knowledge_bases WHERE deleted_at IS NULL AND agent_id IS NULL GROUP BY 1;
--> statement-breakpoint
-- The one place that says no; the message is read by db/errors.ts.
CREATE TRIGGER quotas_limit_update AFTER UPDATE OF used ON quotas WHEN NEW.used > OLD.used AND NEW.used > coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource)) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || NEW.resource || ':' || (coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource))) || ':' || (OLD.used)); END;
--> statement-breakpoint
CREATE TRIGGER quotas_limit_insert AFTER INSERT ON quotas WHEN NEW.used > coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource)) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || NEW.resource || ':' || (coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource))) || ':' || (0)); END;
--> statement-breakpoint
CREATE TRIGGER quota_files_insert AFTER INSERT ON files WHEN NEW.deleted_at IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'files', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_delete AFTER DELETE ON files WHEN OLD.deleted_at IS NULL BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'files'; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_return AFTER UPDATE OF deleted_at ON files WHEN NOT (OLD.deleted_at IS NULL) AND (NEW.deleted_at IS NULL) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'files', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_leave AFTER UPDATE OF deleted_at ON files WHEN (OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL) BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'files'; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_bytes_insert AFTER INSERT ON files WHEN NEW.deleted_at IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_bytes_delete AFTER DELETE ON files WHEN OLD.deleted_at IS NULL BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_bytes_return AFTER UPDATE OF deleted_at ON files WHEN NOT (OLD.deleted_at IS NULL) AND (NEW.deleted_at IS NULL) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_bytes_leave AFTER UPDATE OF deleted_at ON files WHEN (OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER quota_files_chunks_more AFTER UPDATE OF chunk_count, deleted_at ON files WHEN iif(NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) <> iif(OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'chunks', iif(NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) - iif(OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0)) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + iif(NEW.deleted_at IS NULL, coalesce(NEW.chunk_count, 0), 0) - iif(OLD.deleted_at IS NULL, coalesce(OLD.chunk_count, 0), 0); END;
--> statement-breakpoint
CREATE TRIGGER quota_files_chunks_delete AFTER DELETE ON files WHEN OLD.deleted_at IS NULL AND OLD.chunk_count IS NOT NULL BEGIN UPDATE quotas SET used = used - OLD.chunk_count WHERE workspace_id = OLD.workspace_id AND resource = 'chunks'; END;
--> statement-breakpoint
-- Forked sessions share an object, which counts once.
CREATE TRIGGER quota_attachments_bytes_insert AFTER INSERT ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.object_id AND a.id <> NEW.id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_attachments_bytes_delete AFTER DELETE ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.object_id AND a.id <> OLD.id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER quota_agents_insert AFTER INSERT ON agents WHEN NEW.archived_at IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'agents', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_agents_delete AFTER DELETE ON agents WHEN OLD.archived_at IS NULL BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'agents'; END;
--> statement-breakpoint
CREATE TRIGGER quota_agents_return AFTER UPDATE OF archived_at ON agents WHEN NOT (OLD.archived_at IS NULL) AND (NEW.archived_at IS NULL) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'agents', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_agents_leave AFTER UPDATE OF archived_at ON agents WHEN (OLD.archived_at IS NULL) AND NOT (NEW.archived_at IS NULL) BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'agents'; END;
--> statement-breakpoint
CREATE TRIGGER quota_sessions_insert AFTER INSERT ON sessions WHEN NEW.kind = 'chat' BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'sessions', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_sessions_delete AFTER DELETE ON sessions WHEN OLD.kind = 'chat' BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'sessions'; END;
--> statement-breakpoint
CREATE TRIGGER quota_tools_insert AFTER INSERT ON tools WHEN NEW.deleted_at IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'tools', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_tools_delete AFTER DELETE ON tools WHEN OLD.deleted_at IS NULL BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'tools'; END;
--> statement-breakpoint
CREATE TRIGGER quota_tools_return AFTER UPDATE OF deleted_at ON tools WHEN NOT (OLD.deleted_at IS NULL) AND (NEW.deleted_at IS NULL) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'tools', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_tools_leave AFTER UPDATE OF deleted_at ON tools WHEN (OLD.deleted_at IS NULL) AND NOT (NEW.deleted_at IS NULL) BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'tools'; END;
--> statement-breakpoint
CREATE TRIGGER quota_knowledge_bases_insert AFTER INSERT ON knowledge_bases WHEN NEW.deleted_at IS NULL AND NEW.agent_id IS NULL BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'knowledge_bases', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_knowledge_bases_delete AFTER DELETE ON knowledge_bases WHEN OLD.deleted_at IS NULL AND OLD.agent_id IS NULL BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'knowledge_bases'; END;
--> statement-breakpoint
CREATE TRIGGER quota_knowledge_bases_return AFTER UPDATE OF deleted_at, agent_id ON knowledge_bases WHEN NOT (OLD.deleted_at IS NULL AND OLD.agent_id IS NULL) AND (NEW.deleted_at IS NULL AND NEW.agent_id IS NULL) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'knowledge_bases', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_knowledge_bases_leave AFTER UPDATE OF deleted_at, agent_id ON knowledge_bases WHEN (OLD.deleted_at IS NULL AND OLD.agent_id IS NULL) AND NOT (NEW.deleted_at IS NULL AND NEW.agent_id IS NULL) BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'knowledge_bases'; END;
--> statement-breakpoint
-- Keys expire by themselves, so they are counted: those that are valid and not being replaced.
CREATE TRIGGER quota_keys_insert AFTER INSERT ON api_keys WHEN (SELECT count(*) FROM api_keys k WHERE k.workspace_id = NEW.workspace_id AND k.revoked_at IS NULL AND k.rotated_to IS NULL AND (k.expires_at IS NULL OR k.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER))) > coalesce((SELECT q.max FROM quotas q WHERE q.workspace_id = NEW.workspace_id AND q.resource = 'keys'), (SELECT d.max FROM quota_defaults d WHERE d.resource = 'keys')) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || 'keys' || ':' || (coalesce((SELECT q.max FROM quotas q WHERE q.workspace_id = NEW.workspace_id AND q.resource = 'keys'), (SELECT d.max FROM quota_defaults d WHERE d.resource = 'keys'))) || ':' || ((SELECT count(*) FROM api_keys k WHERE k.workspace_id = NEW.workspace_id AND k.revoked_at IS NULL AND k.rotated_to IS NULL AND (k.expires_at IS NULL OR k.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER))) - 1)); END;
--> statement-breakpoint
CREATE TRIGGER quota_keys_revive AFTER UPDATE OF expires_at ON api_keys WHEN NEW.revoked_at IS NULL AND NEW.rotated_to IS NULL AND OLD.expires_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER) AND (NEW.expires_at IS NULL OR NEW.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER)) AND (SELECT count(*) FROM api_keys k WHERE k.workspace_id = NEW.workspace_id AND k.revoked_at IS NULL AND k.rotated_to IS NULL AND (k.expires_at IS NULL OR k.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER))) > coalesce((SELECT q.max FROM quotas q WHERE q.workspace_id = NEW.workspace_id AND q.resource = 'keys'), (SELECT d.max FROM quota_defaults d WHERE d.resource = 'keys')) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || 'keys' || ':' || (coalesce((SELECT q.max FROM quotas q WHERE q.workspace_id = NEW.workspace_id AND q.resource = 'keys'), (SELECT d.max FROM quota_defaults d WHERE d.resource = 'keys'))) || ':' || ((SELECT count(*) FROM api_keys k WHERE k.workspace_id = NEW.workspace_id AND k.revoked_at IS NULL AND k.rotated_to IS NULL AND (k.expires_at IS NULL OR k.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER))) - 1)); END;
--> statement-breakpoint
-- What never changes goes with its workspace, or its agent, and in no other way.
DROP TRIGGER agent_versions_no_delete;
--> statement-breakpoint
CREATE TRIGGER agent_versions_no_delete BEFORE DELETE ON agent_versions WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.id = OLD.agent_id AND a.deleted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'agent_versions is immutable'); END;
--> statement-breakpoint
DROP TRIGGER agent_activations_no_delete;
--> statement-breakpoint
CREATE TRIGGER agent_activations_no_delete BEFORE DELETE ON agent_activations WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) AND NOT EXISTS (SELECT 1 FROM agents a WHERE a.id = OLD.agent_id AND a.deleted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'agent_activations is append-only'); END;
--> statement-breakpoint
DROP TRIGGER audit_log_no_delete;
--> statement-breakpoint
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log WHEN (OLD.workspace_id = '' OR EXISTS (SELECT 1 FROM workspaces w WHERE w.id = OLD.workspace_id AND w.deleted_at IS NULL)) BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
