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
