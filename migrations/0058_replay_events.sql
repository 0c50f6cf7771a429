-- A replay that has ended, and a replay or shadow that waits for a person: one that a person has paused has no error.
CREATE TRIGGER IF NOT EXISTS webhook_event_of_replay AFTER UPDATE OF status ON replays
WHEN NEW.status IS NOT OLD.status AND (NEW.status = 'completed' OR (NEW.status = 'paused' AND NEW.error_code IS NOT NULL)) AND NEW.deleted_at IS NULL AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND (NEW.kind || '.' || NEW.status) GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, NEW.kind || '.' || NEW.status, NEW.id, NEW.updated_at);
END;
