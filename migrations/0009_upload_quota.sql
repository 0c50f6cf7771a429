-- Files of /v1/files count as files and as bytes. What there is already may be above a limit, which must not stop the migration.
DROP TRIGGER quotas_limit_update;
--> statement-breakpoint
DROP TRIGGER quotas_limit_insert;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT workspace_id, 'files', count(*) FROM uploads WHERE true GROUP BY 1
ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + excluded.used;
--> statement-breakpoint
INSERT INTO quotas (workspace_id, resource, used)
SELECT u.workspace_id, 'bytes', sum(u.byte_size) FROM uploads u WHERE NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = u.id) GROUP BY 1
ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + excluded.used;
--> statement-breakpoint
CREATE TRIGGER quotas_limit_update AFTER UPDATE OF used ON quotas WHEN NEW.used > OLD.used AND NEW.used > coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource)) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || NEW.resource || ':' || (coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource))) || ':' || (OLD.used)); END;
--> statement-breakpoint
CREATE TRIGGER quotas_limit_insert AFTER INSERT ON quotas WHEN NEW.used > coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource)) BEGIN SELECT RAISE(ABORT, 'quota_exceeded:' || NEW.resource || ':' || (coalesce(NEW.max, (SELECT d.max FROM quota_defaults d WHERE d.resource = NEW.resource))) || ':' || (0)); END;
--> statement-breakpoint
CREATE TRIGGER quota_uploads_insert AFTER INSERT ON uploads BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'files', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_uploads_delete AFTER DELETE ON uploads BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'files'; END;
--> statement-breakpoint
-- An upload and the messages it was sent with share an object, which counts once.
CREATE TRIGGER quota_uploads_bytes_insert AFTER INSERT ON uploads WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_uploads_bytes_delete AFTER DELETE ON uploads WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
DROP TRIGGER quota_attachments_bytes_insert;
--> statement-breakpoint
CREATE TRIGGER quota_attachments_bytes_insert AFTER INSERT ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.object_id AND a.id <> NEW.id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = NEW.object_id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
DROP TRIGGER quota_attachments_bytes_delete;
--> statement-breakpoint
CREATE TRIGGER quota_attachments_bytes_delete AFTER DELETE ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.object_id AND a.id <> OLD.id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = OLD.object_id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
