INSERT INTO quota_defaults (resource, max) VALUES ('schedules', 500) ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_schedules_insert AFTER INSERT ON schedules BEGIN INSERT INTO quotas (workspace_id, resource, used) VALUES (NEW.workspace_id, 'schedules', 1) ON CONFLICT (workspace_id, resource) DO UPDATE SET used = used + 1; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS quota_schedules_delete AFTER DELETE ON schedules BEGIN UPDATE quotas SET used = used - 1 WHERE workspace_id = OLD.workspace_id AND resource = 'schedules'; END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS schedule_counts_slot AFTER INSERT ON schedule_slots WHEN NEW.status = 'waiting'
BEGIN
UPDATE schedules SET run_count = run_count + 1 WHERE id = NEW.schedule_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS schedule_run_completed AFTER UPDATE OF status ON schedule_slots WHEN NEW.status = 'completed' AND OLD.status <> 'completed'
BEGIN
UPDATE schedules SET failures = 0 WHERE id = NEW.schedule_id AND failures > 0;
END;
--> statement-breakpoint
-- Counts a failure, and pauses the schedule with the last one that it may have in a row.
CREATE TRIGGER IF NOT EXISTS schedule_run_failed AFTER UPDATE OF status ON schedule_slots WHEN NEW.status = 'failed' AND OLD.status <> 'failed'
BEGIN
UPDATE schedules SET failures = failures + 1,
paused_at = iif(failures + 1 >= max_failures, coalesce(paused_at, NEW.ended_at), paused_at),
pause_reason = iif(failures + 1 >= max_failures AND paused_at IS NULL, 'failures', pause_reason),
next_run_at = iif(failures + 1 >= max_failures, NULL, next_run_at)
WHERE id = NEW.schedule_id;
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS slots_of_paused_schedule AFTER UPDATE OF paused_at ON schedules WHEN OLD.paused_at IS NULL AND NEW.paused_at IS NOT NULL
BEGIN
UPDATE schedule_slots SET status = 'skipped', skip_reason = 'paused', ended_at = NEW.paused_at WHERE schedule_id = NEW.id AND status = 'waiting';
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS webhook_event_of_schedule AFTER UPDATE OF paused_at ON schedules WHEN OLD.paused_at IS NULL AND NEW.paused_at IS NOT NULL AND NEW.pause_reason <> 'manual' AND EXISTS (SELECT 1 FROM webhooks w, json_each(w.event_types) f WHERE w.workspace_id = NEW.workspace_id AND w.is_enabled = 1 AND 'schedule.paused' GLOB f.value)
BEGIN
INSERT INTO webhook_event_queue (workspace_id, type, subject_id, created_at) VALUES (NEW.workspace_id, 'schedule.paused', NEW.id, NEW.paused_at);
END;
