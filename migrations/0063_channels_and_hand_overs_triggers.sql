-- What refers to a session goes with it, on every way in which it is deleted.
CREATE TRIGGER IF NOT EXISTS hand_overs_of_session BEFORE DELETE ON sessions
BEGIN
DELETE FROM hand_overs WHERE session_id = OLD.id;
DELETE FROM channel_deliveries WHERE session_id = OLD.id;
DELETE FROM channel_messages WHERE thread_id IN (SELECT t.id FROM channel_threads t WHERE t.session_id = OLD.id);
DELETE FROM channel_threads WHERE session_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS parts_of_channel BEFORE DELETE ON channels
BEGIN
DELETE FROM channel_deliveries WHERE workspace_id = OLD.workspace_id AND channel_id = OLD.id;
DELETE FROM channel_messages WHERE channel_id = OLD.id;
DELETE FROM channel_threads WHERE channel_id = OLD.id;
DELETE FROM secrets WHERE workspace_id = OLD.workspace_id AND owner_type = 'channel' AND owner_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_hand_over AFTER INSERT ON hand_overs WHEN EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'session.handed_over' GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'session.handed_over', NEW.id, NEW.created_at);
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_hand_back AFTER UPDATE OF ended_at ON hand_overs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'session.handed_back' GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'session.handed_back', NEW.id, NEW.ended_at);
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_reply AFTER INSERT ON messages WHEN NEW.author IS NOT NULL AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = NEW.session_id AND s.handled_by = 'human') AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'session.replied' GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'session.replied', NEW.id, NEW.created_at);
END;
