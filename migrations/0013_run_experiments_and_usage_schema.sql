ALTER TABLE `usage_archives` ADD `schema_number` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `experiment_id` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `variant_id` text;