DROP INDEX `budgets_key`;--> statement-breakpoint
ALTER TABLE `budgets` DROP COLUMN `webhook_secret`;--> statement-breakpoint
ALTER TABLE `budgets` DROP COLUMN `key_version`;--> statement-breakpoint
DROP INDEX `provider_credentials_key`;--> statement-breakpoint
ALTER TABLE `provider_credentials` DROP COLUMN `api_key`;--> statement-breakpoint
ALTER TABLE `provider_credentials` DROP COLUMN `key_version`;--> statement-breakpoint
DROP INDEX `alert_webhooks_key`;--> statement-breakpoint
ALTER TABLE `alert_webhooks` DROP COLUMN `secret`;--> statement-breakpoint
ALTER TABLE `alert_webhooks` DROP COLUMN `key_version`;--> statement-breakpoint
DROP INDEX `telemetry_key`;--> statement-breakpoint
ALTER TABLE `telemetry` DROP COLUMN `headers`;--> statement-breakpoint
ALTER TABLE `telemetry` DROP COLUMN `key_version`;--> statement-breakpoint
DROP INDEX `tool_secrets_key`;--> statement-breakpoint
ALTER TABLE `tool_secrets` DROP COLUMN `value`;--> statement-breakpoint
ALTER TABLE `tool_secrets` DROP COLUMN `key_version`;