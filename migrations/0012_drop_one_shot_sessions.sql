DROP TABLE `message_feedback`;--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `kind`;