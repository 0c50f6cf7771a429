-- The state of a run that has waited is deleted with the end of the run, whichever code ends it.
CREATE TRIGGER IF NOT EXISTS runs_suspension_ended AFTER UPDATE OF ended_at ON runs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND (OLD.suspended_at IS NOT NULL OR OLD.answered_actions IS NOT NULL)
BEGIN DELETE FROM suspended_runs WHERE run_id = NEW.id; END;
