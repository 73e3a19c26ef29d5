CREATE TABLE posts (
    id uuid PRIMARY KEY,
    author_id uuid NOT NULL,
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    content text NOT NULL DEFAULT '' CHECK (char_length(content) <= 20000),
    published boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id)
);

-- An author does not use a title twice.
CREATE UNIQUE INDEX posts_author_title_key ON posts (author_id, lower(title));

-- The two lists: everything, and what one author wrote; newest first.
CREATE INDEX posts_created_at_index ON posts (created_at DESC, id DESC);
CREATE INDEX posts_author_created_at_index ON posts (author_id, created_at DESC, id DESC);
