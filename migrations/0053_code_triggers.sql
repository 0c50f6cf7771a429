-- Executions of erased runs are erased with them; their files cannot be read any longer, and a task removes them.
CREATE TRIGGER IF NOT EXISTS code_of_erased_run AFTER DELETE ON runs
BEGIN
DELETE FROM code_executions WHERE run_id = OLD.id;
UPDATE generated_files SET expires_at = 0 WHERE run_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER quota_generated_files_insert AFTER INSERT ON generated_files BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_generated_files_delete AFTER DELETE ON generated_files BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
