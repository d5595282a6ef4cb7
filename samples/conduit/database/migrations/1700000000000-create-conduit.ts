import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Every table of the first version. E-mail addresses and user names that differ only in case are the same. */
export class CreateConduit1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of TABLES) await runner.query(statement)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['comment', 'favorite', 'tag', 'article', 'follow', 'user', 'setting']) {
      await runner.query(`DROP TABLE "${table}"`)
    }
  }
}

// constraints stand below the columns, by name: so typeorm finds them again when it compares tables with entities
const TABLES = [
  `CREATE TABLE "setting" ("name" text PRIMARY KEY NOT NULL, "value" text NOT NULL)`,
  `CREATE TABLE "user" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "email" text COLLATE NOCASE NOT NULL,
    "username" text COLLATE NOCASE NOT NULL,
    "passwordHash" text NOT NULL,
    "bio" text NOT NULL DEFAULT (''),
    "image" text NOT NULL DEFAULT (''),
    CONSTRAINT "user_email" UNIQUE ("email"),
    CONSTRAINT "user_username" UNIQUE ("username")
  )`,
  `CREATE TABLE "follow" (
    "followerId" integer NOT NULL,
    "followedId" integer NOT NULL,
    CONSTRAINT "follow_follower" FOREIGN KEY ("followerId") REFERENCES "user" ("id") ON DELETE CASCADE,
    CONSTRAINT "follow_followed" FOREIGN KEY ("followedId") REFERENCES "user" ("id") ON DELETE CASCADE,
    PRIMARY KEY ("followerId", "followedId")
  )`,
  `CREATE TABLE "article" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "slug" text NOT NULL,
    "title" text NOT NULL,
    "description" text NOT NULL,
    "body" text NOT NULL,
    "createdAt" datetime NOT NULL,
    "updatedAt" datetime NOT NULL,
    "authorId" integer NOT NULL,
    CONSTRAINT "article_slug" UNIQUE ("slug"),
    CONSTRAINT "article_author" FOREIGN KEY ("authorId") REFERENCES "user" ("id") ON DELETE CASCADE
  )`,
  `CREATE INDEX "article_newest" ON "article" ("createdAt", "id")`,
  `CREATE INDEX "article_by_author" ON "article" ("authorId")`,
  `CREATE TABLE "tag" (
    "articleId" integer NOT NULL,
    "name" text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT "tag_article" FOREIGN KEY ("articleId") REFERENCES "article" ("id") ON DELETE CASCADE,
    PRIMARY KEY ("articleId", "name")
  )`,
  `CREATE INDEX "tag_name" ON "tag" ("name")`,
  `CREATE TABLE "favorite" (
    "articleId" integer NOT NULL,
    "userId" integer NOT NULL,
    CONSTRAINT "favorite_article" FOREIGN KEY ("articleId") REFERENCES "article" ("id") ON DELETE CASCADE,
    CONSTRAINT "favorite_user" FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE,
    PRIMARY KEY ("articleId", "userId")
  )`,
  `CREATE INDEX "favorite_by_user" ON "favorite" ("userId")`,
  `CREATE TABLE "comment" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "body" text NOT NULL,
    "createdAt" datetime NOT NULL,
    "updatedAt" datetime NOT NULL,
    "articleId" integer NOT NULL,
    "authorId" integer NOT NULL,
    CONSTRAINT "comment_article" FOREIGN KEY ("articleId") REFERENCES "article" ("id") ON DELETE CASCADE,
    CONSTRAINT "comment_author" FOREIGN KEY ("authorId") REFERENCES "user" ("id") ON DELETE CASCADE
  )`,
  `CREATE INDEX "comment_of_article" ON "comment" ("articleId")`,
]
