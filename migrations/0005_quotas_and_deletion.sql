CREATE TABLE `quota_defaults` (
	`resource` text PRIMARY KEY NOT NULL,
	`max` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `quotas` (
	`workspace_id` text NOT NULL,
	`resource` text NOT NULL,
	`used` integer DEFAULT 0 NOT NULL,
	`max` integer,
	PRIMARY KEY(`workspace_id`, `resource`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `agents` ADD `deleted_at` integer;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `suspended_at` integer;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `runs_workspace` ON `runs` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_agent` ON `runs` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_workspace` ON `sessions` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_valid` ON `api_keys` (`workspace_id`,`expires_at`) WHERE revoked_at is null and rotated_to is null;