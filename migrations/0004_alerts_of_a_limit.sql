DROP INDEX `budget_alerts_once`;--> statement-breakpoint
CREATE UNIQUE INDEX `budget_alerts_once` ON `budget_alerts` (`budget_id`,`subject`,`period_start`,`kind`,`limit_nano_usd`);