CREATE TABLE `code_executions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text,
	`run_id` text,
	`session_id` text,
	`end_user_id` text,
	`tool_call_id` text,
	`language` text NOT NULL,
	`runner` text NOT NULL,
	`status` text NOT NULL,
	`code` text,
	`error_type` text,
	`error_name` text,
	`error_message` text,
	`error_line` integer,
	`code_bytes` integer NOT NULL,
	`input_bytes` integer NOT NULL,
	`result_bytes` integer,
	`log_bytes` integer,
	`file_count` integer,
	`file_bytes` integer,
	`cpu_ms` integer,
	`ticks` integer,
	`duration_ms` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `code_executions_workspace` ON `code_executions` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `code_executions_agent` ON `code_executions` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `code_executions_run` ON `code_executions` (`run_id`);--> statement-breakpoint
CREATE INDEX `code_executions_running` ON `code_executions` (`created_at`) WHERE status = 'running';--> statement-breakpoint
CREATE INDEX `code_executions_created` ON `code_executions` (`created_at`);--> statement-breakpoint
CREATE TABLE `generated_files` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`execution_id` text NOT NULL,
	`agent_id` text,
	`run_id` text,
	`session_id` text,
	`end_user_id` text,
	`name` text NOT NULL,
	`media_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `generated_files_workspace` ON `generated_files` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `generated_files_run` ON `generated_files` (`run_id`);--> statement-breakpoint
CREATE INDEX `generated_files_expires` ON `generated_files` (`expires_at`);--> statement-breakpoint
ALTER TABLE `runs` ADD `generated_files` text;