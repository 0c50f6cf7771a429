CREATE TABLE `analytics_cursors` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `analytics_marks` (
	`workspace_id` text NOT NULL,
	`grain` text NOT NULL,
	`bucket` integer NOT NULL,
	`marks` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `grain`, `bucket`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `analytics_rollups` (
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`dimension` text NOT NULL,
	`grain` text NOT NULL,
	`bucket` integer NOT NULL,
	`slices` text NOT NULL,
	`quarters` text,
	PRIMARY KEY(`workspace_id`, `agent_id`, `dimension`, `grain`, `bucket`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `analytics_state` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`lease` text,
	`lease_until` integer DEFAULT 0 NOT NULL,
	`closing_until` integer DEFAULT 0 NOT NULL,
	`rolled_until` integer DEFAULT 0 NOT NULL,
	`dayed_until` integer DEFAULT 0 NOT NULL,
	`archived_until` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`searched_revision` integer DEFAULT 0 NOT NULL,
	`searched_until` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `analytics_state_unsearched` ON `analytics_state` (`workspace_id`) WHERE revision > searched_revision;--> statement-breakpoint
CREATE TABLE `anomalies` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`date` text NOT NULL,
	`measure` text NOT NULL,
	`value` real NOT NULL,
	`usual` real NOT NULL,
	`created_at` integer NOT NULL,
	`delivered_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `anomalies_once` ON `anomalies` (`workspace_id`,`agent_id`,`date`,`measure`);--> statement-breakpoint
CREATE INDEX `anomalies_workspace` ON `anomalies` (`workspace_id`,`date`,`agent_id`,`measure`);--> statement-breakpoint
CREATE TABLE `usage_archives` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`day` integer NOT NULL,
	`part` integer NOT NULL,
	`object_key` text NOT NULL,
	`row_count` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`byte_size` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `usage_archives_day` ON `usage_archives` (`workspace_id`,`day`,`part`);--> statement-breakpoint
CREATE INDEX `usage_archives_workspace` ON `usage_archives` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `budget_alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`budget_id` text NOT NULL,
	`subject` text NOT NULL,
	`period_start` integer NOT NULL,
	`kind` text NOT NULL,
	`limit_nano_usd` integer NOT NULL,
	`spent_nano_usd` integer NOT NULL,
	`forecast_nano_usd` integer,
	`created_at` integer NOT NULL,
	`delivered_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `budget_alerts_once` ON `budget_alerts` (`budget_id`,`subject`,`period_start`,`kind`);--> statement-breakpoint
CREATE TABLE `budget_counters` (
	`budget_id` text NOT NULL,
	`subject` text NOT NULL,
	`period_start` integer NOT NULL,
	`period_end` integer,
	`workspace_id` text NOT NULL,
	`spent_nano_usd` integer DEFAULT 0 NOT NULL,
	`held_nano_usd` integer NOT NULL,
	`unpriced_calls` integer DEFAULT 0 NOT NULL,
	`is_dirty` integer DEFAULT false NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`budget_id`, `subject`, `period_start`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `budget_counters_dirty` ON `budget_counters` (`updated_at`) WHERE is_dirty = 1;--> statement-breakpoint
CREATE INDEX `budget_counters_end` ON `budget_counters` (`period_end`);--> statement-breakpoint
CREATE TABLE `budget_holds` (
	`id` text NOT NULL,
	`budget_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`subject` text NOT NULL,
	`period_start` integer NOT NULL,
	`call_key` text NOT NULL,
	`run_id` text,
	`model` text NOT NULL,
	`amount_nano_usd` integer NOT NULL,
	`cost_nano_usd` integer,
	`state` text NOT NULL,
	`lease_until` integer NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`id`, `budget_id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `budget_holds_budget` ON `budget_holds` (`budget_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `budget_holds_lease` ON `budget_holds` (`lease_until`) WHERE state = 'open';--> statement-breakpoint
CREATE INDEX `budget_holds_ended` ON `budget_holds` (`ended_at`) WHERE ended_at is not null;--> statement-breakpoint
CREATE TABLE `budgets` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`subject_id` text,
	`period` text NOT NULL,
	`limit_nano_usd` integer NOT NULL,
	`action` text NOT NULL,
	`downgrade` text,
	`unknown_price` text NOT NULL,
	`thresholds` text NOT NULL,
	`forecast` integer NOT NULL,
	`webhook_url` text,
	`webhook_secret` text,
	`key_version` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `budgets_workspace` ON `budgets` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `budgets_key` ON `budgets` (`key_version`);--> statement-breakpoint
CREATE TABLE `alert_webhooks` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`secret` text NOT NULL,
	`key_version` integer NOT NULL,
	`last_four` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `alert_webhooks_key` ON `alert_webhooks` (`key_version`);--> statement-breakpoint
CREATE TABLE `schedule_ticks` (
	`cron` text PRIMARY KEY NOT NULL,
	`ticked_at` integer NOT NULL,
	`succeeded` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `telemetry` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`endpoint` text NOT NULL,
	`headers` text,
	`key_version` integer,
	`header_hints` text NOT NULL,
	`include_content` integer NOT NULL,
	`is_enabled` integer NOT NULL,
	`due_at` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`suspended_at` integer,
	`last_error` text,
	`last_error_at` integer,
	`last_exported_at` integer,
	`exported_runs` integer DEFAULT 0 NOT NULL,
	`dropped_runs` integer DEFAULT 0 NOT NULL,
	`rejected_spans` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `telemetry_key` ON `telemetry` (`key_version`);--> statement-breakpoint
CREATE TABLE `telemetry_runs` (
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`queued_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `run_id`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `rate_limits` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`rules` text NOT NULL,
	`revision` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `attachments` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`session_id` text NOT NULL,
	`message_id` text,
	`object_id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`media_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`sha256` text NOT NULL,
	`status` text NOT NULL,
	`error_code` text,
	`error_detail` text,
	`page_count` integer,
	`token_count` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `attachments_session` ON `attachments` (`session_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `attachments_content` ON `attachments` (`session_id`,`sha256`);--> statement-breakpoint
CREATE INDEX `attachments_object` ON `attachments` (`object_id`);--> statement-breakpoint
CREATE TABLE `message_feedback` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`version_id` text NOT NULL,
	`session_id` text NOT NULL,
	`message_id` text NOT NULL,
	`run_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`rating` text NOT NULL,
	`comment` text,
	`tags` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `message_feedback_message` ON `message_feedback` (`message_id`,`end_user_id`);--> statement-breakpoint
CREATE INDEX `message_feedback_session` ON `message_feedback` (`session_id`);--> statement-breakpoint
CREATE INDEX `message_feedback_agent` ON `message_feedback` (`workspace_id`,`agent_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `message_feedback_time` ON `message_feedback` (`workspace_id`,`agent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `session_summaries` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`session_id` text NOT NULL,
	`version` integer NOT NULL,
	`covers_message_id` text NOT NULL,
	`covers_depth` integer NOT NULL,
	`text` text NOT NULL,
	`tokens` integer NOT NULL,
	`model` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `session_summaries_session` ON `session_summaries` (`session_id`,`version`);--> statement-breakpoint
ALTER TABLE `messages` ADD `parent_id` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `depth` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `messages` ADD `prompt` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `attachments` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `messages_parent` ON `messages` (`session_id`,`parent_id`);--> statement-breakpoint
ALTER TABLE `runs` ADD `input_message_id` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `is_preview` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `cache_read_tokens` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `reasoning_tokens` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `context` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `metadata` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `events` text;--> statement-breakpoint
CREATE INDEX `runs_ended` ON `runs` (`workspace_id`,`agent_id`,`ended_at`,`id`) WHERE ended_at is not null;--> statement-breakpoint
ALTER TABLE `sessions` ADD `kind` text DEFAULT 'chat' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `on_busy` text DEFAULT 'reject' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `titled_by` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `head_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `forked_from_message_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `index_number` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_index_number` ON `sessions` (`index_number`);--> statement-breakpoint
CREATE INDEX `sessions_created` ON `sessions` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `sessions_due` ON `sessions` (`expires_at`) WHERE expires_at is not null;--> statement-breakpoint
ALTER TABLE `usage` ADD `is_estimated` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `usage_time` ON `usage` (`workspace_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `usage_agent` ON `usage` (`workspace_id`,`agent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `usage_session` ON `usage` (`session_id`) WHERE session_id is not null;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `background_model` text;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `usage_retention_days` integer;--> statement-breakpoint
CREATE INDEX `workspaces_retention` ON `workspaces` (`retention_days`) WHERE retention_days is not null;--> statement-breakpoint
CREATE INDEX `outbox_workspace` ON `outbox` (`workspace_id`,`created_at`);