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
