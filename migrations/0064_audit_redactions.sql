ALTER TABLE `audit_links` ADD `personal_digest` text;--> statement-breakpoint
ALTER TABLE `audit_links` ADD `salt` text;--> statement-breakpoint
ALTER TABLE `audit_links` ADD `redacted_by` text;