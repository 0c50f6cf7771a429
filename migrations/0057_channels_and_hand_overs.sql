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
ALTER TABLE `messages` ADD `author` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `handled_by` text DEFAULT 'agent' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `hand_back_note` text;