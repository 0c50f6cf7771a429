-- Sealed values move to one table. The bytes stay as they are: owner, field and address name the same place as before.
INSERT INTO secrets (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
SELECT workspace_id, 'provider', provider, 'api_key', coalesce(base_url, 'the default address'), api_key, key_version, updated_at FROM provider_credentials WHERE api_key IS NOT NULL;
--> statement-breakpoint
INSERT INTO secrets (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
SELECT workspace_id, 'tool_header', id, 'value', NULL, value, key_version, updated_at FROM tool_secrets;
--> statement-breakpoint
INSERT INTO secrets (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
SELECT workspace_id, 'budget', id, 'webhook_secret', webhook_url, webhook_secret, key_version, updated_at FROM budgets WHERE webhook_secret IS NOT NULL;
--> statement-breakpoint
INSERT INTO secrets (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
SELECT workspace_id, 'alert_webhook', workspace_id, 'webhook_secret', url, secret, key_version, updated_at FROM alert_webhooks;
--> statement-breakpoint
INSERT INTO secrets (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
SELECT workspace_id, 'telemetry', workspace_id, 'headers', endpoint, headers, key_version, updated_at FROM telemetry WHERE headers IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER secrets_of_provider AFTER DELETE ON provider_credentials BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'provider' AND owner_id = OLD.provider; END;
--> statement-breakpoint
CREATE TRIGGER secrets_of_tool_header AFTER DELETE ON tool_secrets BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'tool_header' AND owner_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER secrets_of_budget AFTER DELETE ON budgets BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'budget' AND owner_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER secrets_of_alert_webhook AFTER DELETE ON alert_webhooks BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'alert_webhook'; END;
--> statement-breakpoint
CREATE TRIGGER secrets_of_telemetry AFTER DELETE ON telemetry BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'telemetry'; END;
