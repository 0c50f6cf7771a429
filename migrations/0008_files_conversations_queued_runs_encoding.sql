CREATE TABLE `conversation_items` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`position` integer NOT NULL,
	`item` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `conversation_items_conversation` ON `conversation_items` (`conversation_id`,`position`);--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`metadata` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `conversations_created` ON `conversations` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`purpose` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`media_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`sha256` text NOT NULL,
	`status` text NOT NULL,
	`error_detail` text,
	`page_count` integer,
	`token_count` integer,
	`expires_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `uploads_workspace` ON `uploads` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `uploads_created` ON `uploads` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_due` ON `uploads` (`expires_at`) WHERE expires_at is not null;--> statement-breakpoint
ALTER TABLE `agents` ADD `provider_model` text;--> statement-breakpoint
CREATE UNIQUE INDEX `agents_provider_model` ON `agents` (`workspace_id`,`provider_model`) WHERE provider_model is not null;--> statement-breakpoint
ALTER TABLE `files` ADD `encoding` text;--> statement-breakpoint
CREATE INDEX `runs_queued` ON `runs` (`lease_until`) WHERE status = 'queued';