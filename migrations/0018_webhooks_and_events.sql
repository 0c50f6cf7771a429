-- The webhook of alerts and those of budgets become webhooks like others. Their secrets stay where they are.
INSERT INTO webhooks (id, workspace_id, purpose, owner_id, url, event_types, last_four, created_at, updated_at)
SELECT 'whk_' || substr(workspace_id, 4), workspace_id, 'alerts', workspace_id, url, '["budget.*","anomaly.detected"]', last_four, created_at, updated_at FROM alert_webhooks;
--> statement-breakpoint
INSERT INTO webhooks (id, workspace_id, purpose, owner_id, url, event_types, created_at, updated_at)
SELECT 'whk_' || substr(id, 5), workspace_id, 'budget', id, webhook_url, '["budget.*"]', created_at, updated_at FROM budgets WHERE webhook_url IS NOT NULL;
--> statement-breakpoint
DROP TRIGGER secrets_of_budget;
--> statement-breakpoint
DROP TRIGGER secrets_of_alert_webhook;
--> statement-breakpoint
CREATE TRIGGER webhook_of_budget AFTER DELETE ON budgets BEGIN DELETE FROM webhooks WHERE purpose = 'budget' AND owner_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER secrets_of_webhook AFTER DELETE ON webhooks BEGIN DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = iif(OLD.purpose = 'general', 'webhook', iif(OLD.purpose = 'budget', 'budget', 'alert_webhook')) AND owner_id = coalesce(OLD.owner_id, OLD.id); END;
--> statement-breakpoint
-- What a deleted webhook was still to receive is not sent.
CREATE TRIGGER deliveries_of_webhook AFTER DELETE ON webhooks BEGIN UPDATE webhook_deliveries SET status = 'cancelled', next_attempt_at = NULL WHERE webhook_id = OLD.id AND status = 'pending'; END;
--> statement-breakpoint
-- Events of what is changed in many places. They cost nothing where no webhook wants them.
CREATE TRIGGER webhook_event_of_run AFTER UPDATE OF status ON runs WHEN NEW.status IS NOT OLD.status AND NEW.status IN ('completed', 'failed', 'interrupted', 'limit_exceeded', 'requires_action') AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND iif(NEW.status = 'completed', 'run.completed', iif(NEW.status = 'requires_action', 'run.requires_action', 'run.failed')) GLOB f.value) BEGIN INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, iif(NEW.status = 'completed', 'run.completed', iif(NEW.status = 'requires_action', 'run.requires_action', 'run.failed')), NEW.id, coalesce(NEW.ended_at, CAST(unixepoch('subsec') * 1000 AS INTEGER))); END;
--> statement-breakpoint
CREATE TRIGGER webhook_event_of_file AFTER UPDATE OF status ON files WHEN NEW.status IS NOT OLD.status AND NEW.status IN ('ready', 'failed') AND NEW.deleted_at IS NULL AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND ('file.' || NEW.status) GLOB f.value) BEGIN INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'file.' || NEW.status, NEW.id, NEW.updated_at); END;
--> statement-breakpoint
CREATE TRIGGER webhook_event_of_feedback AFTER INSERT ON feedback WHEN EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'feedback.created' GLOB f.value) BEGIN INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'feedback.created', NEW.id, NEW.created_at); END;
--> statement-breakpoint
-- An alert counts as delivered once any webhook has accepted it.
CREATE TRIGGER budget_alert_delivered AFTER UPDATE OF status ON webhook_deliveries WHEN NEW.status = 'succeeded' AND NEW.event_type GLOB 'budget.*' BEGIN UPDATE budget_alerts SET delivered_at = coalesce(delivered_at, NEW.last_attempt_at) WHERE id = (SELECT subject_id FROM webhook_events WHERE id = NEW.event_id); END;
--> statement-breakpoint
CREATE TRIGGER anomaly_delivered AFTER UPDATE OF status ON webhook_deliveries WHEN NEW.status = 'succeeded' AND NEW.event_type = 'anomaly.detected' BEGIN UPDATE anomalies SET delivered_at = coalesce(delivered_at, NEW.last_attempt_at) WHERE id = (SELECT subject_id FROM webhook_events WHERE id = NEW.event_id); END;
