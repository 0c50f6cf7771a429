-- Answers to a case, and what explains their scores, are erased with it.
CREATE TRIGGER IF NOT EXISTS answers_to_erased_case AFTER DELETE ON dataset_cases
BEGIN
UPDATE evaluation_results SET answer = NULL, reasons = NULL, error_detail = NULL WHERE case_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_evaluation AFTER UPDATE OF status ON evaluations WHEN NEW.status IS NOT OLD.status AND NEW.status IN ('completed', 'failed') AND NEW.deleted_at IS NULL AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND ('evaluation.' || NEW.status) GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'evaluation.' || NEW.status, NEW.id, NEW.ended_at);
END;
--> statement-breakpoint
INSERT INTO quota_defaults (resource, max) VALUES ('evaluations', 2000) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_evaluations_insert AFTER INSERT ON evaluations BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'evaluations', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_evaluations_delete AFTER DELETE ON evaluations BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'evaluations'; END;
