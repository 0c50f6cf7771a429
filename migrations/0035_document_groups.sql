ALTER TABLE `files` ADD `groups` text;--> statement-breakpoint
ALTER TABLE `knowledge_bases` ADD `default_groups` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `groups` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `source_file_ids` text;--> statement-breakpoint
ALTER TABLE `knowledge_sources` ADD `groups` text;