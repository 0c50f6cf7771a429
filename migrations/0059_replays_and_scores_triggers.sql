-- Turns of replays and reasons of scores are erased with the turns that they were made of.
CREATE TRIGGER IF NOT EXISTS replays_of_erased_session AFTER DELETE ON sessions
BEGIN
DELETE FROM replay_turns WHERE source_session_id = OLD.id;
UPDATE answer_scores SET reason = NULL WHERE session_id = OLD.id;
END;
--> statement-breakpoint
-- The same of a run without a session.
CREATE TRIGGER IF NOT EXISTS replays_of_erased_run AFTER DELETE ON run_contents
BEGIN
DELETE FROM replay_turns WHERE source_run_id = OLD.run_id AND source_session_id IS NULL;
UPDATE answer_scores SET reason = NULL WHERE run_id = OLD.run_id;
END;
--> statement-breakpoint
-- The run that answered the turn again holds its conversation: its texts are erased now, and the task of the hour removes the rest.
CREATE TRIGGER IF NOT EXISTS runs_of_erased_replay_turn AFTER DELETE ON replay_turns WHEN OLD.run_id IS NOT NULL
BEGIN
UPDATE run_contents SET question = '', prompt = NULL, answer = '', answer_prompt = NULL, citations = '[]', inputs = '{}', expires_at = 0 WHERE run_id = OLD.run_id;
DELETE FROM run_steps WHERE run_id = OLD.run_id;
UPDATE runs SET events = NULL, context = NULL WHERE id = OLD.run_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS replay_turn_erased AFTER DELETE ON replay_turns
BEGIN
UPDATE replays SET erased_count = erased_count + 1 WHERE id = OLD.replay_id AND deleted_at IS NULL;
END;
--> statement-breakpoint
-- Scores of hours that are rolled up already.
CREATE TRIGGER IF NOT EXISTS scores_late AFTER UPDATE OF scored_at ON answer_scores WHEN NEW.scored_at < (SELECT closing_until FROM analytics_state WHERE workspace_id = NEW.workspace_id)
BEGIN INSERT INTO analytics_marks (workspace_id, grain, bucket, marks) VALUES (NEW.workspace_id, 'hour', NEW.scored_at - NEW.scored_at % 3600000, 1)
ON CONFLICT (workspace_id, grain, bucket) DO UPDATE SET marks = marks + 1; END;
