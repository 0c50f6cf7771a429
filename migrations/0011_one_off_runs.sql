-- Feedback no longer refers to the table of messages, since answers of one-off runs are not in it.
INSERT INTO feedback (id, workspace_id, agent_id, version_id, session_id, message_id, run_id, end_user_id, rating, comment, tags, created_by, created_at, updated_at)
SELECT id, workspace_id, agent_id, version_id, iif(session_id LIKE 'shot\_%' ESCAPE '\', NULL, session_id), message_id, run_id, end_user_id, rating, comment, tags, created_by, created_at, updated_at FROM message_feedback;
--> statement-breakpoint
DROP TRIGGER feedback_late_insert;
--> statement-breakpoint
DROP TRIGGER feedback_late_update;
--> statement-breakpoint
DROP TRIGGER feedback_late_delete;
--> statement-breakpoint
DELETE FROM message_feedback;
--> statement-breakpoint
CREATE TRIGGER feedback_late_insert AFTER INSERT ON feedback WHEN NEW.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.created_at - NEW.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER feedback_late_update AFTER UPDATE OF rating ON feedback WHEN NEW.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.created_at - NEW.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
CREATE TRIGGER feedback_late_delete AFTER DELETE ON feedback WHEN OLD.created_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = OLD.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (OLD.workspace_id, 'hour', OLD.created_at - OLD.created_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
--> statement-breakpoint
-- An object that attachments, uploads and files of one-off runs share counts once.
DROP TRIGGER quota_attachments_bytes_insert;
--> statement-breakpoint
DROP TRIGGER quota_attachments_bytes_delete;
--> statement-breakpoint
DROP TRIGGER quota_uploads_bytes_insert;
--> statement-breakpoint
DROP TRIGGER quota_uploads_bytes_delete;
--> statement-breakpoint
CREATE TRIGGER quota_attachments_bytes_insert AFTER INSERT ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.object_id AND a.id <> NEW.id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = NEW.object_id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = NEW.object_id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_attachments_bytes_delete AFTER DELETE ON attachments WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.object_id AND a.id <> OLD.id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = OLD.object_id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = OLD.object_id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER quota_uploads_bytes_insert AFTER INSERT ON uploads WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = NEW.id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_uploads_bytes_delete AFTER DELETE ON uploads WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = OLD.id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
CREATE TRIGGER quota_run_files_bytes_insert AFTER INSERT ON run_files WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = NEW.object_id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = NEW.object_id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = NEW.object_id AND f.id <> NEW.id) BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'bytes', NEW.byte_size) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + NEW.byte_size; END;
--> statement-breakpoint
CREATE TRIGGER quota_run_files_bytes_delete AFTER DELETE ON run_files WHEN NOT EXISTS (SELECT 1 FROM attachments a WHERE a.object_id = OLD.object_id) AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = OLD.object_id) AND NOT EXISTS (SELECT 1 FROM run_files f WHERE f.object_id = OLD.object_id AND f.id <> OLD.id) BEGIN UPDATE quotas SET used = used - OLD.byte_size WHERE workspace_id = OLD.workspace_id AND resource = 'bytes'; END;
--> statement-breakpoint
-- Runs that had a hidden session get their content as rows of their own, and keep their time of expiry.
INSERT INTO run_contents (run_id, workspace_id, agent_id, end_user_id, inputs, metadata, question_id, question, prompt, files, answer_id, answer, citations, answer_prompt, answered_at, expires_at, created_at)
SELECT r.id, r.workspace_id, r.agent_id, s.end_user_id, s.inputs, s.metadata, q.id, q.text, q.prompt, q.attachments,
  coalesce(a.id, replace(r.id, 'run_', 'msg_')), coalesce(a.text, ''), coalesce(a.citations, '[]'), a.prompt, a.created_at,
  coalesce(s.expires_at, s.created_at + 2592000000), r.created_at
FROM sessions s JOIN runs r ON r.workspace_id = s.workspace_id AND r.session_id = s.id JOIN messages q ON q.id = r.input_message_id
LEFT JOIN messages a ON a.run_id = r.id AND a.session_id = s.id AND a.role = 'assistant' WHERE s.kind = 'one_shot';
--> statement-breakpoint
INSERT INTO run_files (id, workspace_id, run_id, object_id, byte_size)
SELECT f.id, f.workspace_id, c.run_id, f.object_id, f.byte_size
FROM sessions s JOIN attachments f ON f.session_id = s.id JOIN run_contents c ON c.run_id = (
  SELECT max(r.id) FROM runs r WHERE r.workspace_id = s.workspace_id AND r.session_id = s.id AND r.input_message_id IS NOT NULL)
WHERE s.kind = 'one_shot';
--> statement-breakpoint
DELETE FROM attachments WHERE session_id IN (SELECT id FROM sessions WHERE kind = 'one_shot');
--> statement-breakpoint
DELETE FROM messages WHERE session_id IN (SELECT id FROM sessions WHERE kind = 'one_shot');
--> statement-breakpoint
UPDATE runs SET session_id = NULL WHERE session_id LIKE 'shot\_%' ESCAPE '\';
--> statement-breakpoint
DELETE FROM sessions WHERE kind = 'one_shot';
--> statement-breakpoint
DROP TRIGGER quota_sessions_insert;
--> statement-breakpoint
DROP TRIGGER quota_sessions_delete;
--> statement-breakpoint
CREATE TRIGGER quota_sessions_insert AFTER INSERT ON sessions BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'sessions', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER quota_sessions_delete AFTER DELETE ON sessions BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'sessions'; END;
