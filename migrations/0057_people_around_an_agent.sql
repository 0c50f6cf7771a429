CREATE TABLE `audit_links` (
	`workspace_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`entry_id` text NOT NULL,
	`hash` text,
	PRIMARY KEY(`workspace_id`, `sequence`)
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_links_entry` ON `audit_links` (`entry_id`);--> statement-breakpoint
CREATE INDEX `audit_links_unsealed` ON `audit_links` (`workspace_id`,`sequence`) WHERE hash is null;--> statement-breakpoint
CREATE TABLE `audit_seals` (
	`workspace_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`hash` text NOT NULL,
	`sealed_at` integer NOT NULL,
	`key_number` integer NOT NULL,
	`signature` text NOT NULL,
	`purged_at` integer,
	`purge_signature` text,
	PRIMARY KEY(`workspace_id`, `sequence`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_seals_time` ON `audit_seals` (`workspace_id`,`sealed_at`,`sequence`);--> statement-breakpoint
CREATE TABLE `channel_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`session_id` text NOT NULL,
	`source_id` text NOT NULL,
	`notice` text,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`sent_parts` integer DEFAULT 0 NOT NULL,
	`external_ids` text NOT NULL,
	`response_status` integer,
	`error` text,
	`next_attempt_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_deliveries_source` ON `channel_deliveries` (`thread_id`,`source_id`);--> statement-breakpoint
CREATE INDEX `channel_deliveries_channel` ON `channel_deliveries` (`workspace_id`,`channel_id`,`id`);--> statement-breakpoint
CREATE INDEX `channel_deliveries_session` ON `channel_deliveries` (`session_id`);--> statement-breakpoint
CREATE INDEX `channel_deliveries_due` ON `channel_deliveries` (`next_attempt_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `channel_deliveries_created` ON `channel_deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `channel_messages` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`external_id` text NOT NULL,
	`thread_id` text NOT NULL,
	`position` integer NOT NULL,
	`text` text NOT NULL,
	`files` text NOT NULL,
	`status` text NOT NULL,
	`lease_until` integer DEFAULT 0 NOT NULL,
	`run_id` text NOT NULL,
	`error` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_messages_external` ON `channel_messages` (`channel_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `channel_messages_thread` ON `channel_messages` (`thread_id`,`position`);--> statement-breakpoint
CREATE INDEX `channel_messages_waiting` ON `channel_messages` (`created_at`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `channel_messages_created` ON `channel_messages` (`created_at`);--> statement-breakpoint
CREATE INDEX `channel_messages_workspace` ON `channel_messages` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `channel_threads` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`channel_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`thread_key` text NOT NULL,
	`end_user_id` text NOT NULL,
	`session_id` text NOT NULL,
	`target` text NOT NULL,
	`last_message_at` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_threads_key` ON `channel_threads` (`channel_id`,`thread_key`);--> statement-breakpoint
CREATE INDEX `channel_threads_session` ON `channel_threads` (`session_id`);--> statement-breakpoint
CREATE INDEX `channel_threads_workspace` ON `channel_threads` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `channels` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`settings` text NOT NULL,
	`api_key_id` text NOT NULL,
	`address` text,
	`last_event_at` integer,
	`last_error` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `channels_agent` ON `channels` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `channels_address` ON `channels` (`address`) WHERE address is not null;--> statement-breakpoint
CREATE TABLE `end_user_exports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`status` text NOT NULL,
	`object_key` text,
	`byte_size` integer,
	`sha256` text,
	`counts` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `end_user_exports_workspace` ON `end_user_exports` (`workspace_id`,`end_user_id`,`id`);--> statement-breakpoint
CREATE INDEX `end_user_exports_due` ON `end_user_exports` (`expires_at`);--> statement-breakpoint
CREATE TABLE `end_users` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`session_count` integer DEFAULT 0 NOT NULL,
	`run_count` integer DEFAULT 0 NOT NULL,
	`spent_nano_usd` integer DEFAULT 0 NOT NULL,
	`feedback_count` integer DEFAULT 0 NOT NULL,
	`positive_count` integer DEFAULT 0 NOT NULL,
	`negative_count` integer DEFAULT 0 NOT NULL,
	`tokens_not_before` integer,
	PRIMARY KEY(`workspace_id`, `id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `end_users_seen` ON `end_users` (`workspace_id`,`last_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `end_users_revoked` ON `end_users` (`tokens_not_before`) WHERE tokens_not_before is not null;--> statement-breakpoint
CREATE INDEX `end_users_spent` ON `end_users` (`workspace_id`,`spent_nano_usd`,`id`);--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`end_user_id` text,
	`subject_hash` text NOT NULL,
	`pseudonym` text NOT NULL,
	`status` text NOT NULL,
	`step` text NOT NULL,
	`position` text DEFAULT '' NOT NULL,
	`is_again` integer DEFAULT false NOT NULL,
	`counts` text NOT NULL,
	`receipt` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`completed_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `erasures_workspace` ON `erasures` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `erasures_running` ON `erasures` (`workspace_id`,`end_user_id`) WHERE end_user_id is not null;--> statement-breakpoint
CREATE TABLE `receipt_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`x` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `hand_overs` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`session_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`end_user_id` text,
	`reason` text,
	`note` text,
	`requested_by` text NOT NULL,
	`requested_by_id` text,
	`run_id` text,
	`assigned_to` text,
	`unread_count` integer DEFAULT 0 NOT NULL,
	`waiting_since` integer,
	`closed_at` integer,
	`summary` text,
	`ended_by` text,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `hand_overs_open` ON `hand_overs` (`session_id`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `hand_overs_session` ON `hand_overs` (`session_id`);--> statement-breakpoint
CREATE INDEX `hand_overs_inbox` ON `hand_overs` (`workspace_id`,`id`) WHERE ended_at is null;--> statement-breakpoint
CREATE TABLE `invoices` (
	`workspace_id` text NOT NULL,
	`month` text NOT NULL,
	`number` text NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`calls` integer NOT NULL,
	`document` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `month`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `memories` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`text` text NOT NULL,
	`confidence` real NOT NULL,
	`origin` text NOT NULL,
	`session_id` text,
	`message_id` text,
	`supersedes` text,
	`superseded_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `memories_text` ON `memories` (`workspace_id`,`agent_id`,`end_user_id`,`text`) WHERE superseded_at is null;--> statement-breakpoint
CREATE INDEX `memories_end_user` ON `memories` (`workspace_id`,`end_user_id`,`id`);--> statement-breakpoint
CREATE INDEX `memories_agent` ON `memories` (`workspace_id`,`agent_id`);--> statement-breakpoint
CREATE INDEX `memories_message` ON `memories` (`message_id`) WHERE message_id is not null;--> statement-breakpoint
CREATE TABLE `memory_cursors` (
	`session_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`seq` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `memory_cursors_workspace` ON `memory_cursors` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`sends` integer NOT NULL,
	`invited_by` text,
	`accepted_by` text,
	`accepted_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `invitations_workspace` ON `invitations` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_open` ON `invitations` (`email`,`workspace_id`) WHERE accepted_at is null and revoked_at is null;--> statement-breakpoint
CREATE TABLE `members` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`removed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `members_workspace` ON `members` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `members_user` ON `members` (`user_id`,`workspace_id`) WHERE removed_at is null;--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`user_id`, `hash`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`until` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `sign_in_attempts_until` ON `sign_in_attempts` (`until`);--> statement-breakpoint
CREATE TABLE `user_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token_hash` text NOT NULL,
	`method` text NOT NULL,
	`last_workspace_id` text,
	`user_agent` text,
	`ip` text,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `user_sessions_token` ON `user_sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `user_sessions_user` ON `user_sessions` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `user_sessions_expiry` ON `user_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `user_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`user_id` text,
	`used_at` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `user_tokens_user` ON `user_tokens` (`user_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `user_tokens_expiry` ON `user_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text,
	`totp_secret` text,
	`totp_confirmed_at` integer,
	`totp_step` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE TABLE `share_codes` (
	`link_id` text NOT NULL,
	`email` text NOT NULL,
	`workspace_id` text NOT NULL,
	`hash` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`sends` integer NOT NULL,
	`window_start` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`link_id`, `email`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `share_codes_workspace` ON `share_codes` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `share_codes_expiry` ON `share_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `share_links` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`address` text NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`access` text NOT NULL,
	`allowed_addresses` text NOT NULL,
	`allowed_origins` text NOT NULL,
	`version` text,
	`enabled` integer NOT NULL,
	`expires_at` integer,
	`max_visitors` integer,
	`max_sessions` integer,
	`max_messages_per_visitor` integer,
	`budget_id` text,
	`limit_nano_usd` integer,
	`visitors` integer DEFAULT 0 NOT NULL,
	`sessions` integer DEFAULT 0 NOT NULL,
	`messages` integer DEFAULT 0 NOT NULL,
	`cost_nano_usd` integer DEFAULT 0 NOT NULL,
	`feedback_positive` integer DEFAULT 0 NOT NULL,
	`feedback_negative` integer DEFAULT 0 NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `share_links_address` ON `share_links` (`address`);--> statement-breakpoint
CREATE INDEX `share_links_agent` ON `share_links` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE TABLE `share_visitors` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`link_id` text NOT NULL,
	`email` text,
	`sessions` integer DEFAULT 0 NOT NULL,
	`messages` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `share_visitors_link` ON `share_visitors` (`workspace_id`,`link_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `share_visitors_email` ON `share_visitors` (`link_id`,`email`) WHERE email is not null;--> statement-breakpoint
CREATE TABLE `workspace_exports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`status` text NOT NULL,
	`position` text,
	`parts` text NOT NULL,
	`rows` text NOT NULL,
	`object_count` integer NOT NULL,
	`object_bytes` integer NOT NULL,
	`error_detail` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`completed_at` integer,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `workspace_exports_workspace` ON `workspace_exports` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `workspace_exports_expired` ON `workspace_exports` (`expires_at`);--> statement-breakpoint
ALTER TABLE `online_scorers` ADD `disabled_reason` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `author` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `handled_by` text DEFAULT 'agent' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `hand_back_note` text;--> statement-breakpoint
CREATE INDEX `sessions_of_end_user` ON `sessions` (`workspace_id`,`end_user_id`,`id`) WHERE end_user_id is not null;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `audit_retention_days` integer;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `billing` text;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `allowed_origins` text;--> statement-breakpoint
CREATE INDEX `run_contents_end_user` ON `run_contents` (`workspace_id`,`end_user_id`,`run_id`) WHERE end_user_id is not null;--> statement-breakpoint
CREATE INDEX `feedback_end_user` ON `feedback` (`workspace_id`,`end_user_id`,`id`) WHERE end_user_id <> '';