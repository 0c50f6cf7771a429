ALTER TABLE `runs` ADD `experiment_id` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `variant_id` text;