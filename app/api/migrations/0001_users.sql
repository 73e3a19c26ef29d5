-- Ids are UUIDv7 made by the service: their order is the order of creation.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (char_length(email) <= 254),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- One account per address, however it is capitalised.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

-- Lists show the newest first.
CREATE INDEX users_created_at_index ON users (created_at DESC, id DESC);
