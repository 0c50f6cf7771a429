CREATE TABLE `schedule_slots` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`schedule_id` text NOT NULL,
	`slot_at` integer NOT NULL,
	`until_at` integer,
	`status` text NOT NULL,
	`skip_reason` text,
	`run_id` text NOT NULL,
	`session_id` text,
	`error_code` text,
	`error_detail` text,
	`started_at` integer,
	`ended_at` integer,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `schedule_slots_slot` ON `schedule_slots` (`schedule_id`,`slot_at`);--> statement-breakpoint
CREATE INDEX `schedule_slots_run` ON `schedule_slots` (`run_id`);--> statement-breakpoint
CREATE INDEX `schedule_slots_workspace` ON `schedule_slots` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `schedule_slots_open` ON `schedule_slots` (`schedule_id`,`slot_at`) WHERE status in ('waiting', 'starting', 'running');--> statement-breakpoint
CREATE INDEX `schedule_slots_running` ON `schedule_slots` (`status`,`id`) WHERE status = 'running';--> statement-breakpoint
CREATE INDEX `schedule_slots_waiting` ON `schedule_slots` (`status`,`slot_at`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `schedule_slots_created` ON `schedule_slots` (`created_at`);--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`name` text NOT NULL,
	`cron` text NOT NULL,
	`time_zone` text NOT NULL,
	`message` text NOT NULL,
	`inputs` text NOT NULL,
	`session` text,
	`version` text,
	`end_user_id` text,
	`metadata` text NOT NULL,
	`catch_up` text NOT NULL,
	`on_overlap` text NOT NULL,
	`ends_at` integer,
	`max_runs` integer,
	`run_count` integer NOT NULL,
	`max_failures` integer,
	`failures` integer NOT NULL,
	`paused_at` integer,
	`pause_reason` text,
	`next_run_at` integer,
	`api_key_id` text NOT NULL,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `schedules_agent` ON `schedules` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`next_run_at`) WHERE next_run_at is not null;