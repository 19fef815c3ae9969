CREATE TABLE `assets` (
	`cloud` text NOT NULL,
	`delivery_type` text NOT NULL,
	`public_id` text NOT NULL,
	`asset_id` text NOT NULL,
	`source_version` text NOT NULL,
	`uploaded_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`original_filename` text,
	`tags` text NOT NULL,
	`context` text NOT NULL,
	PRIMARY KEY(`cloud`, `delivery_type`, `public_id`)
);
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`minute` integer NOT NULL,
	`cloud` text NOT NULL,
	`public_id` text NOT NULL,
	`product` text NOT NULL,
	`codec` text NOT NULL,
	`rung` text NOT NULL,
	`tier` text NOT NULL,
	`status` integer NOT NULL,
	`country` text NOT NULL,
	`device` text NOT NULL,
	`requests` integer NOT NULL,
	`bytes` integer NOT NULL,
	`encodes` integer NOT NULL,
	`encode_milliseconds` integer NOT NULL,
	PRIMARY KEY(`cloud`, `minute`, `public_id`, `product`, `codec`, `rung`, `tier`, `status`, `country`, `device`)
);
--> statement-breakpoint
CREATE TABLE `delivery_batches` (
	`id` text PRIMARY KEY NOT NULL,
	`counted_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `delivery_batches_counted` ON `delivery_batches` (`counted_at`);--> statement-breakpoint
CREATE TABLE `origin_builds` (
	`id` integer PRIMARY KEY NOT NULL,
	`build` text NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`cloud` text NOT NULL,
	`delivery_type` text NOT NULL,
	`public_id` text NOT NULL,
	`version` text NOT NULL,
	`object_key` text NOT NULL,
	`etag` text NOT NULL,
	`facts` text NOT NULL,
	`stored_at` integer NOT NULL,
	`replaced_at` integer,
	PRIMARY KEY(`cloud`, `delivery_type`, `public_id`, `version`)
);
--> statement-breakpoint
CREATE INDEX `sources_replaced` ON `sources` (`replaced_at`);--> statement-breakpoint
CREATE TABLE `upload_chunks` (
	`cloud` text NOT NULL,
	`upload_id` text NOT NULL,
	`part` integer NOT NULL,
	`etag` text NOT NULL,
	`bytes` integer NOT NULL,
	`digest` text NOT NULL,
	PRIMARY KEY(`cloud`, `upload_id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `uploads` (
	`cloud` text NOT NULL,
	`id` text NOT NULL,
	`object_key` text NOT NULL,
	`multipart_id` text NOT NULL,
	`chunk_bytes` integer NOT NULL,
	`total_bytes` integer,
	`started_at` integer NOT NULL,
	PRIMARY KEY(`cloud`, `id`)
);
