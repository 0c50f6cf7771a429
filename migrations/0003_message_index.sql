UPDATE messages SET parent_id = (SELECT m.id FROM messages m WHERE m.session_id = messages.session_id AND m.seq = messages.seq - 1), depth = seq;
--> statement-breakpoint
UPDATE sessions SET head_id = (SELECT id FROM messages WHERE session_id = sessions.id ORDER BY seq DESC LIMIT 1);
--> statement-breakpoint
UPDATE sessions SET titled_by = 'person' WHERE title IS NOT NULL;
--> statement-breakpoint
UPDATE runs SET input_message_id = (SELECT id FROM messages WHERE run_id = runs.id AND role = 'user');
--> statement-breakpoint
-- What comes in for an hour that has been rolled up marks it to be counted again. What is in time costs a look and no row.
CREATE TRIGGER IF NOT EXISTS usage_late AFTER INSERT ON usage WHEN NEW.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.created_at - NEW.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS runs_late_insert AFTER INSERT ON runs WHEN NEW.ended_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.ended_at - NEW.ended_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS runs_late_end AFTER UPDATE OF ended_at ON runs WHEN OLD.ended_at IS NOT NEW.ended_at AND NEW.ended_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.ended_at - NEW.ended_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS feedback_late_insert AFTER INSERT ON message_feedback WHEN NEW.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.created_at - NEW.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS feedback_late_update AFTER UPDATE OF rating ON message_feedback WHEN NEW.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.created_at - NEW.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS feedback_late_delete AFTER DELETE ON message_feedback WHEN OLD.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = OLD.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (OLD.workspace_id, 'hour', OLD.created_at - OLD.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
-- Runs of workspaces that export them are put in the line, in the batch of their end; for the others it costs a look and no row.
CREATE TRIGGER IF NOT EXISTS runs_telemetry AFTER UPDATE OF ended_at ON runs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM telemetry WHERE workspace_id = NEW.workspace_id AND is_enabled = 1)
BEGIN INSERT INTO telemetry_runs (workspace_id, run_id, queued_at) VALUES (NEW.workspace_id, NEW.id, NEW.ended_at) ON CONFLICT (workspace_id, run_id) DO NOTHING; END;
--> statement-breakpoint
UPDATE sessions SET index_number = -n.number FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM sessions) n WHERE n.id = sessions.id;
--> statement-breakpoint
-- Written from code in the batch of the messages and titles it indexes; rowid is sessions.index_number * 2^20 + messages.seq, 0 for the title.
CREATE VIRTUAL TABLE IF NOT EXISTS messages_fts USING fts5(scope, title, body, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
