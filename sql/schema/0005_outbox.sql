-- SPDX-License-Identifier: ISC
-- Mails to be sent, written in the transaction of their cause; mailer(8) sends them.
-- data holds the link and is emptied when the mail is sent or given up: then sent_at is
-- set, or next_at is infinity and error says why.
CREATE TABLE postern.outbox (
  id text PRIMARY KEY,
  template text NOT NULL,
  recipient text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  next_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  error text
);
CREATE INDEX outbox_next_idx ON postern.outbox (next_at) WHERE sent_at IS NULL;
