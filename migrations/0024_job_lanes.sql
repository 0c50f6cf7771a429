DROP INDEX `outbox_due`;--> statement-breakpoint
ALTER TABLE `outbox` ADD `lane` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `is_waiting` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `outbox_lane` ON `outbox` (`lane`,`is_waiting`,`id`) WHERE lane is not null and attempts = 0;--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`due_at`) WHERE is_waiting = 0;