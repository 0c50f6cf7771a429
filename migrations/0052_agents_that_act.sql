CREATE TABLE `architect_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`session_id` text NOT NULL,
	`role` text NOT NULL,
	`text` text NOT NULL,
	`suggestions` text NOT NULL,
	`run_id` text,
	`cost_nano_usd` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `architect_sessions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `architect_messages_session` ON `architect_messages` (`session_id`,`id`);--> statement-breakpoint
CREATE TABLE `architect_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`model` text,
	`draft` text NOT NULL,
	`findings` text NOT NULL,
	`brief` text NOT NULL,
	`open` text NOT NULL,
	`asked` text,
	`previews` text NOT NULL,
	`tested_at` integer,
	`base_id` text,
	`agent_id` text,
	`message_count` integer NOT NULL,
	`busy_until` integer NOT NULL,
	`revision` integer NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `architect_sessions_workspace` ON `architect_sessions` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `architect_sessions_expiry` ON `architect_sessions` (`expires_at`);--> statement-breakpoint
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
CREATE TABLE `mcp_authorizations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`server_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`status` text NOT NULL,
	`issuer` text,
	`client_id` text,
	`scope` text,
	`expires_at` integer,
	`is_renewable` integer DEFAULT false NOT NULL,
	`error` text,
	`generation` integer DEFAULT 0 NOT NULL,
	`renewing_until` integer,
	`state_digest` text,
	`sign_in_expires_at` integer,
	`authorized_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_authorizations_subject` ON `mcp_authorizations` (`server_id`,`end_user_id`);--> statement-breakpoint
CREATE INDEX `mcp_authorizations_workspace` ON `mcp_authorizations` (`workspace_id`,`server_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_authorizations_state` ON `mcp_authorizations` (`state_digest`) WHERE state_digest is not null;--> statement-breakpoint
CREATE INDEX `mcp_authorizations_pending` ON `mcp_authorizations` (`sign_in_expires_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE TABLE `mcp_oauth_clients` (
	`server_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`url` text NOT NULL,
	`issuer` text NOT NULL,
	`metadata` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text,
	`client_id` text NOT NULL,
	`origin` text NOT NULL,
	`auth_method` text,
	`redirect_uri` text NOT NULL,
	`secret_expires_at` integer,
	`discovered_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `mcp_oauth_clients_workspace` ON `mcp_oauth_clients` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`auth` text NOT NULL,
	`credentials` text NOT NULL,
	`tools` text NOT NULL,
	`timeout_ms` integer NOT NULL,
	`max_bytes` integer NOT NULL,
	`revision` integer NOT NULL,
	`status` text NOT NULL,
	`error` text,
	`refused` text NOT NULL,
	`server_info` text,
	`refreshed_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_servers_name` ON `mcp_servers` (`workspace_id`,`name`);--> statement-breakpoint
CREATE INDEX `mcp_servers_workspace` ON `mcp_servers` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `mcp_tools` (
	`workspace_id` text NOT NULL,
	`server_id` text NOT NULL,
	`name` text NOT NULL,
	`tool_name` text NOT NULL,
	`accepted` text,
	`accepted_hash` text,
	`accepted_at` integer,
	`offered` text,
	`offered_hash` text,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`server_id`, `name`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_tools_name` ON `mcp_tools` (`workspace_id`,`tool_name`);--> statement-breakpoint
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
CREATE INDEX `schedules_due` ON `schedules` (`next_run_at`) WHERE next_run_at is not null;--> statement-breakpoint
CREATE TABLE `search_cache` (
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`provider` text NOT NULL,
	`results` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `key`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `search_cache_expiry` ON `search_cache` (`expires_at`);--> statement-breakpoint
CREATE TABLE `search_failures` (
	`workspace_id` text NOT NULL,
	`provider` text NOT NULL,
	`failures` integer NOT NULL,
	`code` text NOT NULL,
	`detail` text NOT NULL,
	`open_until` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `provider`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `search_providers` (
	`workspace_id` text NOT NULL,
	`provider` text NOT NULL,
	`base_url` text,
	`last_four` text,
	`fingerprint` text,
	`price_nano_usd` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `provider`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `runs` ADD `generated_files` text;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `search_providers` text;--> statement-breakpoint
CREATE INDEX `approvals_pending` ON `approvals` (`workspace_id`,`expires_at`,`id`) WHERE status = 'pending';