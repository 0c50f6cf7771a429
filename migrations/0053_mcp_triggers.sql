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
