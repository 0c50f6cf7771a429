-- A fact is content of the message that says it.
CREATE TRIGGER IF NOT EXISTS memories_of_deleted_message AFTER DELETE ON messages WHEN OLD.role = 'user'
BEGIN DELETE FROM memories WHERE message_id = OLD.id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS memories_of_erased_message AFTER UPDATE OF text ON messages WHEN NEW.text = '' AND OLD.text <> '' AND NEW.role = 'user'
BEGIN DELETE FROM memories WHERE message_id = NEW.id; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS memory_cursor_of_deleted_session AFTER DELETE ON sessions
BEGIN DELETE FROM memory_cursors WHERE session_id = OLD.id; END;
