CREATE TABLE `playback_keys` (
	`cloud` text NOT NULL,
	`id` text NOT NULL,
	`algorithm` text NOT NULL,
	`verifier` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`cloud`, `id`)
);
--> statement-breakpoint
CREATE TABLE `revoked_keys` (
	`cloud` text NOT NULL,
	`id` text NOT NULL,
	`revoked_at` integer NOT NULL,
	PRIMARY KEY(`cloud`, `id`)
);
--> statement-breakpoint
CREATE TABLE `revoked_tokens` (
	`cloud` text NOT NULL,
	`id` text NOT NULL,
	`revoked_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`cloud`, `id`)
);
--> statement-breakpoint
CREATE INDEX `revoked_tokens_expiring` ON `revoked_tokens` (`expires_at`);