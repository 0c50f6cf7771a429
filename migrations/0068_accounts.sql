CREATE TABLE `account_deletions` (
	`user_id` text PRIMARY KEY NOT NULL,
	`email` text,
	`member_id` text DEFAULT '' NOT NULL,
	`position` text DEFAULT '' NOT NULL,
	`is_again` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
ALTER TABLE `erasures` ADD `is_known` integer;--> statement-breakpoint
ALTER TABLE `user_identities` ADD `email` text;--> statement-breakpoint
ALTER TABLE `user_identities` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `members_of_user` ON `members` (`user_id`,`id`);