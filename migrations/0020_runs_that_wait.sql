CREATE TABLE `suspended_runs` (
	`run_id` text NOT NULL,
	`part` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`run_id`, `part`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
ALTER TABLE `runs` ADD `required_actions` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `answered_actions` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `suspended_at` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `waited_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_waiting` ON `runs` (`expires_at`) WHERE status = 'requires_action';