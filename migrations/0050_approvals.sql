CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`run_id` text NOT NULL,
	`session_id` text,
	`end_user_id` text,
	`tool_call_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`effect` text NOT NULL,
	`reason` text NOT NULL,
	`input` text,
	`edited_input` text,
	`digest` text NOT NULL,
	`status` text NOT NULL,
	`decided_by` text,
	`comment` text,
	`decided_at` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `approvals_workspace` ON `approvals` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_status` ON `approvals` (`workspace_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `approvals_run` ON `approvals` (`run_id`);--> statement-breakpoint
ALTER TABLE `runs` ADD `untrusted` text;