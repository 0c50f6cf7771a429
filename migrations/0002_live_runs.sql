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
CREATE INDEX `messages_parent` ON `messages` (`session_id`,`parent_id`);--> statement-breakpoint
ALTER TABLE `runs` ADD `input_message_id` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `is_preview` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `context` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `metadata` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `events` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `kind` text DEFAULT 'chat' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `on_busy` text DEFAULT 'reject' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `titled_by` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `head_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `forked_from_message_id` text;--> statement-breakpoint
ALTER TABLE `usage` ADD `is_estimated` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `background_model` text;