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
CREATE INDEX `workspace_exports_expired` ON `workspace_exports` (`expires_at`);