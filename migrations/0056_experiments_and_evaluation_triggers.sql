-- Cases and texts of reviews that were made from turns of a session are erased with it.
CREATE TRIGGER IF NOT EXISTS cases_of_erased_session AFTER DELETE ON sessions
BEGIN
UPDATE datasets SET
  case_count = case_count - (SELECT count(*) FROM dataset_cases c WHERE c.source_session_id = OLD.id AND c.dataset_id = datasets.id AND c.until_revision IS NULL),
  erased_count = erased_count + (SELECT count(DISTINCT c.id) FROM dataset_cases c WHERE c.source_session_id = OLD.id AND c.dataset_id = datasets.id)
  WHERE id IN (SELECT c.dataset_id FROM dataset_cases c WHERE c.source_session_id = OLD.id);
DELETE FROM dataset_cases WHERE source_session_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS reviews_of_erased_session AFTER DELETE ON sessions
BEGIN
UPDATE review_verdicts SET note = NULL, better_answer = NULL WHERE item_id IN (SELECT i.id FROM review_items i WHERE i.session_id = OLD.id);
UPDATE review_items SET content_erased = 1 WHERE session_id = OLD.id;
END;
--> statement-breakpoint
-- The same of a run without a session.
CREATE TRIGGER IF NOT EXISTS cases_of_erased_run AFTER DELETE ON run_contents
BEGIN
UPDATE datasets SET
  case_count = case_count - (SELECT count(*) FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL AND c.dataset_id = datasets.id AND c.until_revision IS NULL),
  erased_count = erased_count + (SELECT count(DISTINCT c.id) FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL AND c.dataset_id = datasets.id)
  WHERE id IN (SELECT c.dataset_id FROM dataset_cases c WHERE c.source_run_id = OLD.run_id AND c.source_session_id IS NULL);
DELETE FROM dataset_cases WHERE source_run_id = OLD.run_id AND source_session_id IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS reviews_of_erased_run AFTER DELETE ON run_contents
BEGIN
UPDATE review_verdicts SET note = NULL, better_answer = NULL WHERE item_id IN (SELECT i.id FROM review_items i WHERE i.run_id = OLD.run_id);
UPDATE review_items SET content_erased = 1 WHERE run_id = OLD.run_id;
END;
--> statement-breakpoint
INSERT INTO quota_defaults (resource, max) VALUES ('datasets', 500), ('dataset_cases', 200000) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_datasets_insert AFTER INSERT ON datasets BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'datasets', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_datasets_delete AFTER DELETE ON datasets BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'datasets'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_dataset_cases_insert AFTER INSERT ON dataset_cases BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'dataset_cases', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_dataset_cases_delete AFTER DELETE ON dataset_cases BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'dataset_cases'; END;
--> statement-breakpoint
-- The first run of a subject in an experiment is its exposure, stored by the statement that starts the run.
CREATE TRIGGER IF NOT EXISTS exposure_of_run AFTER INSERT ON runs
WHEN NEW.subject IS NOT NULL AND NOT EXISTS (SELECT 1 FROM experiment_subjects x WHERE x.experiment_id = NEW.experiment_id AND x.subject = NEW.subject)
BEGIN
INSERT INTO experiment_subjects (experiment_id, subject, workspace_id, variant_id, epoch, exposed_at)
SELECT e.id, NEW.subject, NEW.workspace_id, NEW.variant_id, e.epoch, NEW.created_at FROM experiments e WHERE e.id = NEW.experiment_id;
END;
--> statement-breakpoint
-- A queued run has its row before it starts.
CREATE TRIGGER IF NOT EXISTS exposure_of_queued_run AFTER UPDATE OF subject ON runs
WHEN NEW.subject IS NOT NULL AND OLD.subject IS NULL AND NOT EXISTS (SELECT 1 FROM experiment_subjects x WHERE x.experiment_id = NEW.experiment_id AND x.subject = NEW.subject)
BEGIN
INSERT INTO experiment_subjects (experiment_id, subject, workspace_id, variant_id, epoch, exposed_at)
SELECT e.id, NEW.subject, NEW.workspace_id, NEW.variant_id, e.epoch, NEW.created_at FROM experiments e WHERE e.id = NEW.experiment_id;
END;
--> statement-breakpoint
-- Facts that are stored long after their time, when the position of the experiment may have passed them (experiments/count.ts).
CREATE TRIGGER IF NOT EXISTS late_fact_of_run AFTER UPDATE OF ended_at ON runs
WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL AND NEW.subject IS NOT NULL AND NEW.ended_at < unixepoch('subsec') * 1000 - 5000
BEGIN
INSERT INTO experiment_late_facts (experiment_id, id, workspace_id, kind) VALUES (NEW.experiment_id, NEW.id, NEW.workspace_id, 'run') ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS late_fact_of_rating AFTER INSERT ON feedback WHEN NEW.updated_at < unixepoch('subsec') * 1000 - 5000
BEGIN
INSERT INTO experiment_late_facts (experiment_id, id, workspace_id, kind)
SELECT r.experiment_id, NEW.id, NEW.workspace_id, 'rating' FROM runs r WHERE r.id = NEW.run_id AND r.subject IS NOT NULL ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS late_fact_of_changed_rating AFTER UPDATE OF updated_at ON feedback WHEN NEW.updated_at < unixepoch('subsec') * 1000 - 5000
BEGIN
INSERT INTO experiment_late_facts (experiment_id, id, workspace_id, kind)
SELECT r.experiment_id, NEW.id, NEW.workspace_id, 'rating' FROM runs r WHERE r.id = NEW.run_id AND r.subject IS NOT NULL ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS late_fact_of_event AFTER INSERT ON session_events WHEN NEW.created_at < unixepoch('subsec') * 1000 - 5000
BEGIN
INSERT INTO experiment_late_facts (experiment_id, id, workspace_id, kind)
SELECT e.id, NEW.id, NEW.workspace_id, 'event' FROM experiments e WHERE e.agent_id = NEW.agent_id AND e.status = 'running' ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_experiment AFTER INSERT ON experiment_entries
WHEN (NEW.kind IN ('concluded', 'stopped', 'significant') OR (NEW.kind = 'variant_stopped' AND NEW.detail ->> 'by' = 'guard'))
AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1
  AND iif(NEW.kind = 'significant', 'experiment.significant', iif(NEW.kind = 'variant_stopped', 'experiment.guard_stopped', 'experiment.concluded')) GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at)
VALUES (NEW.workspace_id, iif(NEW.kind = 'significant', 'experiment.significant', iif(NEW.kind = 'variant_stopped', 'experiment.guard_stopped', 'experiment.concluded')), NEW.id, NEW.created_at);
END;
--> statement-breakpoint
-- A case of a turn that was erased while the case was written.
CREATE TRIGGER IF NOT EXISTS case_of_erased_turn BEFORE INSERT ON dataset_cases
WHEN NEW.source_run_id IS NOT NULL AND iif(NEW.source_session_id IS NULL, NOT EXISTS (SELECT 1 FROM run_contents c WHERE c.run_id = NEW.source_run_id), NOT EXISTS (SELECT 1 FROM messages m JOIN sessions s ON s.id = m.session_id WHERE m.run_id = NEW.source_run_id AND s.id = NEW.source_session_id AND m.text <> ''))
BEGIN SELECT RAISE(ABORT, 'case_of_erased_turn'); END;
--> statement-breakpoint
-- Answers to a case, what explains their scores, and the runs that hold its texts are erased with it.
CREATE TRIGGER IF NOT EXISTS answers_to_erased_case AFTER DELETE ON dataset_cases
BEGIN
UPDATE evaluation_results SET answer = NULL, reasons = NULL, error_detail = NULL WHERE case_id = OLD.id;
UPDATE run_contents SET question = '', prompt = NULL, answer = '', answer_prompt = NULL, citations = '[]', inputs = '{}', expires_at = 0 WHERE run_id IN (SELECT r.run_id FROM evaluation_results r WHERE r.case_id = OLD.id);
DELETE FROM run_steps WHERE run_id IN (SELECT r.run_id FROM evaluation_results r WHERE r.case_id = OLD.id);
UPDATE runs SET events = NULL, context = NULL WHERE id IN (SELECT r.run_id FROM evaluation_results r WHERE r.case_id = OLD.id);
END;
--> statement-breakpoint
-- A run that has lost its result, or that another one replaces: nothing would lead to its texts any longer.
CREATE TRIGGER IF NOT EXISTS runs_of_deleted_result AFTER DELETE ON evaluation_results WHEN OLD.run_id IS NOT NULL
BEGIN
UPDATE run_contents SET question = '', prompt = NULL, answer = '', answer_prompt = NULL, citations = '[]', inputs = '{}', expires_at = 0 WHERE run_id = OLD.run_id;
DELETE FROM run_steps WHERE run_id = OLD.run_id;
UPDATE runs SET events = NULL, context = NULL WHERE id = OLD.run_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS runs_of_replaced_result AFTER UPDATE OF run_id ON evaluation_results WHEN OLD.run_id IS NOT NULL AND NEW.run_id IS NOT OLD.run_id
BEGIN
UPDATE run_contents SET question = '', prompt = NULL, answer = '', answer_prompt = NULL, citations = '[]', inputs = '{}', expires_at = 0 WHERE run_id = OLD.run_id;
DELETE FROM run_steps WHERE run_id = OLD.run_id;
UPDATE runs SET events = NULL, context = NULL WHERE id = OLD.run_id;
END;
--> statement-breakpoint
-- What is stored of a case that was erased in the meantime.
CREATE TRIGGER IF NOT EXISTS result_of_erased_case AFTER UPDATE OF answer, reasons ON evaluation_results
WHEN (NEW.answer IS NOT NULL OR NEW.reasons IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM dataset_cases c JOIN evaluations e ON e.id = NEW.evaluation_id WHERE c.dataset_id = e.dataset_id AND c.id = NEW.case_id)
BEGIN
UPDATE evaluation_results SET answer = NULL, reasons = NULL, error_detail = NULL
  WHERE evaluation_id = NEW.evaluation_id AND ordinal = NEW.ordinal AND target = NEW.target AND repetition = NEW.repetition;
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
--> statement-breakpoint
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
CREATE TRIGGER IF NOT EXISTS runs_of_replaced_replay_turn AFTER UPDATE OF run_id ON replay_turns WHEN OLD.run_id IS NOT NULL AND NEW.run_id IS NOT OLD.run_id
BEGIN
UPDATE run_contents SET question = '', prompt = NULL, answer = '', answer_prompt = NULL, citations = '[]', inputs = '{}', expires_at = 0 WHERE run_id = OLD.run_id;
DELETE FROM run_steps WHERE run_id = OLD.run_id;
UPDATE runs SET events = NULL, context = NULL WHERE id = OLD.run_id;
END;
--> statement-breakpoint
-- What is stored of an answer that was erased in the meantime.
CREATE TRIGGER IF NOT EXISTS score_of_erased_answer AFTER UPDATE OF reason ON answer_scores
WHEN NEW.reason IS NOT NULL AND iif(NEW.session_id IS NULL, NOT EXISTS (SELECT 1 FROM run_contents c WHERE c.run_id = NEW.run_id), NOT EXISTS (SELECT 1 FROM messages m JOIN sessions s ON s.id = m.session_id WHERE m.run_id = NEW.run_id AND s.id = NEW.session_id AND m.text <> ''))
BEGIN
UPDATE answer_scores SET reason = NULL WHERE id = NEW.id;
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
