ALTER TABLE `batch_entries` ADD `about` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `file_batches` ADD `defaults` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `fields` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `file_contents` ADD `detected` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `fields` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `files` ADD `detected` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `knowledge_sources` ADD `file_fields` text DEFAULT '{}' NOT NULL;