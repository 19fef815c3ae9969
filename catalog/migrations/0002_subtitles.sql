PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_assets` (
	`cloud` text NOT NULL,
	`delivery_type` text NOT NULL,
	`public_id` text NOT NULL,
	`resource_type` text DEFAULT 'video' NOT NULL,
	`asset_id` text NOT NULL,
	`source_version` text NOT NULL,
	`uploaded_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`original_filename` text,
	`tags` text NOT NULL,
	`context` text NOT NULL,
	PRIMARY KEY(`cloud`, `delivery_type`, `public_id`, `resource_type`)
);
--> statement-breakpoint
INSERT INTO `__new_assets`("cloud", "delivery_type", "public_id", "resource_type", "asset_id", "source_version", "uploaded_at", "created_at", "original_filename", "tags", "context") SELECT "cloud", "delivery_type", "public_id", 'video', "asset_id", "source_version", "uploaded_at", "created_at", "original_filename", "tags", "context" FROM `assets`;--> statement-breakpoint
DROP TABLE `assets`;--> statement-breakpoint
ALTER TABLE `__new_assets` RENAME TO `assets`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE TABLE `__new_sources` (
	`cloud` text NOT NULL,
	`delivery_type` text NOT NULL,
	`public_id` text NOT NULL,
	`resource_type` text DEFAULT 'video' NOT NULL,
	`version` text NOT NULL,
	`object_key` text NOT NULL,
	`etag` text NOT NULL,
	`facts` text NOT NULL,
	`stored_at` integer NOT NULL,
	`replaced_at` integer,
	PRIMARY KEY(`cloud`, `delivery_type`, `public_id`, `version`, `resource_type`)
);
--> statement-breakpoint
INSERT INTO `__new_sources`("cloud", "delivery_type", "public_id", "resource_type", "version", "object_key", "etag", "facts", "stored_at", "replaced_at") SELECT "cloud", "delivery_type", "public_id", 'video', "version", "object_key", "etag", "facts", "stored_at", "replaced_at" FROM `sources`;--> statement-breakpoint
DROP TABLE `sources`;--> statement-breakpoint
ALTER TABLE `__new_sources` RENAME TO `sources`;--> statement-breakpoint
CREATE INDEX `sources_replaced` ON `sources` (`replaced_at`);