ALTER TABLE `channel_threads` ADD `language` text;--> statement-breakpoint
ALTER TABLE `channels` ADD `language` text;