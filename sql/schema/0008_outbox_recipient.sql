-- SPDX-License-Identifier: ISC
-- How many mails an address had of late is asked with each one.
CREATE INDEX outbox_recipient_idx ON postern.outbox (recipient, created_at);
