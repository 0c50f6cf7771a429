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
CREATE INDEX `architect_sessions_expiry` ON `architect_sessions` (`expires_at`);