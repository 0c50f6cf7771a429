ALTER TABLE `runs` ADD `subject` integer;--> statement-breakpoint
ALTER TABLE `usage` ADD `experiment_id` text;--> statement-breakpoint
ALTER TABLE `usage` ADD `variant_id` text;