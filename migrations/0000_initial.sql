CREATE TABLE `agent_activations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`version_id` text NOT NULL,
	`previous_version_id` text,
	`reason` text,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`version_id`) REFERENCES `agent_versions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `agent_activations_agent` ON `agent_activations` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE TABLE `agent_labels` (
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`label` text NOT NULL,
	`version_id` text NOT NULL,
	`updated_by` text,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `label`),
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`version_id`) REFERENCES `agent_versions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `agent_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`number` integer NOT NULL,
	`config` text NOT NULL,
	`config_hash` text NOT NULL,
	`tools` text NOT NULL,
	`change_summary` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agent_versions_number` ON `agent_versions` (`agent_id`,`number`);--> statement-breakpoint
CREATE INDEX `agent_versions_workspace` ON `agent_versions` (`workspace_id`,`agent_id`);--> statement-breakpoint
CREATE TABLE `agents` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`tags` text NOT NULL,
	`active_version_id` text NOT NULL,
	`latest_version` integer NOT NULL,
	`revision` integer NOT NULL,
	`archived_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agents_slug` ON `agents` (`workspace_id`,`slug`);--> statement-breakpoint
CREATE INDEX `agents_workspace` ON `agents` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `chunk_vectors` (
	`chunk_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`vector` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `chunk_vectors_base` ON `chunk_vectors` (`workspace_id`,`base_id`,`chunk_id`);--> statement-breakpoint
CREATE TABLE `chunks` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`file_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`text` text NOT NULL,
	`heading` text,
	`page` integer,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`token_count` integer NOT NULL,
	FOREIGN KEY (`file_id`) REFERENCES `files`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_id` ON `chunks` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `chunks_file` ON `chunks` (`file_id`,`attempt`,`ordinal`);--> statement-breakpoint
CREATE TABLE `files` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`base_id` text NOT NULL,
	`name` text NOT NULL,
	`media_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`sha256` text NOT NULL,
	`external_id` text,
	`metadata` text NOT NULL,
	`status` text NOT NULL,
	`progress` real DEFAULT 0 NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_detail` text,
	`page_count` integer,
	`char_count` integer,
	`token_count` integer,
	`chunk_count` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ready_at` integer,
	`deleted_at` integer,
	FOREIGN KEY (`base_id`) REFERENCES `knowledge_bases`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `files_base` ON `files` (`workspace_id`,`base_id`,`id`);--> statement-breakpoint
CREATE INDEX `files_sha256` ON `files` (`base_id`,`sha256`);--> statement-breakpoint
CREATE UNIQUE INDEX `files_content` ON `files` (`base_id`,`sha256`) WHERE deleted_at is null and external_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX `files_external_id` ON `files` (`base_id`,`external_id`) WHERE deleted_at is null and external_id is not null;--> statement-breakpoint
CREATE TABLE `knowledge_bases` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`embedding_model` text NOT NULL,
	`dimensions` integer NOT NULL,
	`chunk_tokens` integer NOT NULL,
	`chunk_overlap_tokens` integer NOT NULL,
	`vectors_revision` integer DEFAULT 0 NOT NULL,
	`chunk_count` integer DEFAULT 0 NOT NULL,
	`deleted_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `knowledge_bases_workspace` ON `knowledge_bases` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `knowledge_bases_agent` ON `knowledge_bases` (`agent_id`);--> statement-breakpoint
CREATE TABLE `price_overrides` (
	`workspace_id` text NOT NULL,
	`model` text NOT NULL,
	`input` real NOT NULL,
	`output` real NOT NULL,
	`cache_read` real,
	`cache_write` real,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `model`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `provider_credentials` (
	`workspace_id` text NOT NULL,
	`provider` text NOT NULL,
	`base_url` text,
	`api_key` text,
	`key_version` integer,
	`last_four` text,
	`fingerprint` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `provider`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `provider_credentials_key` ON `provider_credentials` (`key_version`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`action` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`detail` text,
	`request_id` text NOT NULL,
	`ip` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_log_workspace` ON `audit_log` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`workspace_id`,`target_id`,`id`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`job` text NOT NULL,
	`error` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `dead_letters_workspace` ON `dead_letters` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`workspace_id` text NOT NULL,
	`key_hash` text NOT NULL,
	`fingerprint` text NOT NULL,
	`reply` text,
	`run_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `key_hash`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_run` ON `idempotency_keys` (`workspace_id`,`run_id`) WHERE run_id is not null;--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`job` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`sends` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`claimed_until` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`due_at`);--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`session_id` text NOT NULL,
	`seq` integer NOT NULL,
	`role` text NOT NULL,
	`text` text NOT NULL,
	`citations` text NOT NULL,
	`run_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_session` ON `messages` (`session_id`,`seq`);--> statement-breakpoint
CREATE INDEX `messages_run` ON `messages` (`run_id`);--> statement-breakpoint
CREATE TABLE `run_steps` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`input` text,
	`output` text,
	`error` text,
	`cost_nano_usd` integer,
	`started_at` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `run_steps_run` ON `run_steps` (`run_id`,`ordinal`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`version_id` text NOT NULL,
	`session_id` text,
	`status` text NOT NULL,
	`finish_reason` text,
	`error_code` text,
	`error_detail` text,
	`confidence` real,
	`coverage` text,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_nano_usd` integer,
	`first_token_ms` integer,
	`latency_ms` integer,
	`lease_until` integer NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `runs_session` ON `runs` (`workspace_id`,`session_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_lease` ON `runs` (`lease_until`) WHERE status = 'running';--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`end_user_id` text,
	`title` text,
	`version` text,
	`inputs` text NOT NULL,
	`metadata` text NOT NULL,
	`message_seq` integer DEFAULT 0 NOT NULL,
	`active_run_id` text,
	`active_run_until` integer DEFAULT 0 NOT NULL,
	`archived_at` integer,
	`expires_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `sessions_agent` ON `sessions` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_end_user` ON `sessions` (`workspace_id`,`agent_id`,`end_user_id`,`id`);--> statement-breakpoint
CREATE TABLE `tool_revisions` (
	`workspace_id` text NOT NULL,
	`tool_id` text NOT NULL,
	`revision` integer NOT NULL,
	`name` text NOT NULL,
	`effect` text NOT NULL,
	`definition` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tool_id`, `revision`),
	FOREIGN KEY (`tool_id`) REFERENCES `tools`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `tool_revisions_workspace` ON `tool_revisions` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `tool_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`tool_id` text NOT NULL,
	`header` text NOT NULL,
	`origin` text NOT NULL,
	`value` text NOT NULL,
	`key_version` integer NOT NULL,
	`last_four` text,
	`fingerprint` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`tool_id`) REFERENCES `tools`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tool_secrets_place` ON `tool_secrets` (`tool_id`,`header`,`origin`);--> statement-breakpoint
CREATE INDEX `tool_secrets_workspace` ON `tool_secrets` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `tool_secrets_key` ON `tool_secrets` (`key_version`);--> statement-breakpoint
CREATE TABLE `tools` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`deleted_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tools_name` ON `tools` (`workspace_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `tools_workspace` ON `tools` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `usage` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`call_key` text NOT NULL,
	`agent_id` text,
	`version_id` text,
	`session_id` text,
	`run_id` text,
	`api_key_id` text,
	`end_user_id` text,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`operation` text NOT NULL,
	`input_tokens` integer,
	`cache_read_tokens` integer,
	`cache_write_tokens` integer,
	`output_tokens` integer,
	`reasoning_tokens` integer,
	`cost_nano_usd` integer,
	`latency_ms` integer NOT NULL,
	`first_token_ms` integer,
	`status` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `usage_call` ON `usage` (`call_key`);--> statement-breakpoint
CREATE INDEX `usage_workspace` ON `usage` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `usage_run` ON `usage` (`run_id`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`hash` text NOT NULL,
	`last_four` text NOT NULL,
	`agent_ids` text,
	`expires_at` integer,
	`revoked_at` integer,
	`rotated_to` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_workspace` ON `api_keys` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`time_zone` text NOT NULL,
	`default_model` text NOT NULL,
	`retention_days` integer,
	`content_logging` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
