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
