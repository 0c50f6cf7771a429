CREATE TABLE `mcp_authorizations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`server_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`status` text NOT NULL,
	`issuer` text,
	`client_id` text,
	`scope` text,
	`expires_at` integer,
	`is_renewable` integer DEFAULT false NOT NULL,
	`error` text,
	`generation` integer DEFAULT 0 NOT NULL,
	`renewing_until` integer,
	`state_digest` text,
	`sign_in_expires_at` integer,
	`authorized_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_authorizations_subject` ON `mcp_authorizations` (`server_id`,`end_user_id`);--> statement-breakpoint
CREATE INDEX `mcp_authorizations_workspace` ON `mcp_authorizations` (`workspace_id`,`server_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_authorizations_state` ON `mcp_authorizations` (`state_digest`) WHERE state_digest is not null;--> statement-breakpoint
CREATE INDEX `mcp_authorizations_pending` ON `mcp_authorizations` (`sign_in_expires_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE TABLE `mcp_oauth_clients` (
	`server_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`url` text NOT NULL,
	`issuer` text NOT NULL,
	`metadata` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text,
	`client_id` text NOT NULL,
	`origin` text NOT NULL,
	`auth_method` text,
	`redirect_uri` text NOT NULL,
	`secret_expires_at` integer,
	`discovered_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `mcp_oauth_clients_workspace` ON `mcp_oauth_clients` (`workspace_id`);