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
--> statement-breakpoint
-- Tools and secrets of an MCP server are deleted together with it.
CREATE TRIGGER IF NOT EXISTS mcp_servers_removed AFTER DELETE ON mcp_servers
BEGIN
  DELETE FROM mcp_tools WHERE server_id = OLD.id;
  DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'mcp_server' AND owner_id = OLD.id;
END;
--> statement-breakpoint
-- The name of a server is the namespace of its tools (`server__tool`): no other tool may have a name in it.
CREATE TRIGGER IF NOT EXISTS mcp_servers_namespace BEFORE INSERT ON mcp_servers
WHEN EXISTS (SELECT 1 FROM tools t WHERE t.workspace_id = NEW.workspace_id AND t.deleted_at IS NULL
  AND substr(t.name, 1, length(NEW.name) + 2) = NEW.name || '__')
BEGIN SELECT RAISE(ABORT, 'mcp_namespace_taken'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS tools_namespace_insert BEFORE INSERT ON tools
WHEN NEW.deleted_at IS NULL AND instr(NEW.name, '__') > 1 AND EXISTS (SELECT 1 FROM mcp_servers s
  WHERE s.workspace_id = NEW.workspace_id AND s.name = substr(NEW.name, 1, instr(NEW.name, '__') - 1))
BEGIN SELECT RAISE(ABORT, 'mcp_namespace_taken'); END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS tools_namespace_update BEFORE UPDATE OF name ON tools
WHEN NEW.name <> OLD.name AND instr(NEW.name, '__') > 1 AND EXISTS (SELECT 1 FROM mcp_servers s
  WHERE s.workspace_id = NEW.workspace_id AND s.name = substr(NEW.name, 1, instr(NEW.name, '__') - 1))
BEGIN SELECT RAISE(ABORT, 'mcp_namespace_taken'); END;
--> statement-breakpoint
INSERT INTO quota_defaults (resource, max) VALUES ('mcp_servers', 100) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_mcp_servers_insert AFTER INSERT ON mcp_servers BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'mcp_servers', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_mcp_servers_delete AFTER DELETE ON mcp_servers BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'mcp_servers'; END;
--> statement-breakpoint
-- Authorizations and clients are deleted together with their MCP server, and their secrets together with them.
CREATE TRIGGER IF NOT EXISTS mcp_authorizations_of_server AFTER DELETE ON mcp_servers
BEGIN
  DELETE FROM mcp_authorizations WHERE server_id = OLD.id;
  DELETE FROM mcp_oauth_clients WHERE server_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS mcp_authorizations_removed AFTER DELETE ON mcp_authorizations
BEGIN
  DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'mcp_authorization' AND owner_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS mcp_oauth_clients_removed AFTER DELETE ON mcp_oauth_clients
BEGIN
  DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'mcp_oauth_client' AND owner_id = OLD.server_id;
END;
--> statement-breakpoint
INSERT INTO quota_defaults (resource, max) VALUES ('schedules', 500) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_schedules_insert AFTER INSERT ON schedules BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'schedules', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_schedules_delete AFTER DELETE ON schedules BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'schedules'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS schedule_counts_slot AFTER INSERT ON schedule_slots WHEN NEW.status = 'waiting'
BEGIN
UPDATE schedules SET run_count = run_count + 1 WHERE id = NEW.schedule_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS schedule_run_completed AFTER UPDATE OF status ON schedule_slots WHEN NEW.status = 'completed' AND OLD.status <> 'completed'
BEGIN
UPDATE schedules SET failures = 0 WHERE id = NEW.schedule_id AND failures > 0;
END;
--> statement-breakpoint
-- Counts a failure, and pauses the schedule with the last one that it may have in a row.
CREATE TRIGGER IF NOT EXISTS schedule_run_failed AFTER UPDATE OF status ON schedule_slots WHEN NEW.status = 'failed' AND OLD.status <> 'failed'
BEGIN
UPDATE schedules SET failures = failures + 1,
paused_at = iif(failures + 1 >= max_failures, coalesce(paused_at, NEW.ended_at), paused_at),
pause_reason = iif(failures + 1 >= max_failures AND paused_at IS NULL, 'failures', pause_reason),
next_run_at = iif(failures + 1 >= max_failures, NULL, next_run_at)
WHERE id = NEW.schedule_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS slots_of_paused_schedule AFTER UPDATE OF paused_at ON schedules WHEN OLD.paused_at IS NULL AND NEW.paused_at IS NOT NULL
BEGIN
UPDATE schedule_slots SET status = 'skipped', skip_reason = 'paused', ended_at = NEW.paused_at WHERE schedule_id = NEW.id AND status = 'waiting';
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_schedule AFTER UPDATE OF paused_at ON schedules WHEN OLD.paused_at IS NULL AND NEW.paused_at IS NOT NULL AND NEW.pause_reason <> 'manual' AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'schedule.paused' GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'schedule.paused', NEW.id, NEW.paused_at);
END;
--> statement-breakpoint
-- The key of a search provider goes with it.
CREATE TRIGGER IF NOT EXISTS secrets_of_search_provider AFTER DELETE ON search_providers BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'search_provider' AND owner_id = OLD.provider; END;
