-- Approvals that nobody has decided end with their run, whichever code ends it. Arguments are kept where content is logged.
CREATE TRIGGER IF NOT EXISTS approvals_of_ended_run AFTER UPDATE OF ended_at ON runs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
BEGIN
UPDATE approvals SET status = iif(NEW.status = 'expired', 'expired', 'cancelled'),
input = iif((SELECT content_logging FROM workspaces WHERE id = NEW.workspace_id), input, NULL)
WHERE run_id = NEW.id AND status = 'pending';
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS approvals_of_erased_run AFTER DELETE ON runs
BEGIN
DELETE FROM approvals WHERE run_id = OLD.id;
END;
