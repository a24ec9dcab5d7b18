/* SPDX-License-Identifier: ISC */
/* user: rows of "user". */
#include "store/user.h"

#include "base/ctx.h"
#include "base/str.h"
#include "store/verification.h"

static const struct col user_cols[] = { USER_COLS(struct user, ), { 0 } };

static const struct col id_cols[] = { COL(struct user, id), { 0 } };

static const struct col registered_cols[] = {
	USER_COLS(struct registered, user.),
	COL(struct registered, guestId),
	COL(struct registered, threadsMoved),
	{ 0 },
};

struct sample {
	bool holdsScrypt;
};

struct deleted {
	const char *rows;
};

static const struct col deleted_cols[] = { COL(struct deleted, rows), { 0 } };
static const struct col sample_cols[] = { COL(struct sample, holdsScrypt), { 0 } };

/* A boolean column as its ::text or as libpq's letter. */
static bool
is_true(const char *text)
{
	return text != NULL && *text == 't';
}

bool
user_is_guest(const struct user *u)
{
	return is_true(u->plugin[USER_IS_ANONYMOUS]);
}

bool
user_has_second_factor(const struct user *u)
{
	return is_true(u->plugin[USER_TWO_FACTOR_ENABLED]);
}

bool
user_is_banned(const struct user *u, int64_t now)
{
	int64_t until;

	if (!is_true(u->plugin[USER_BANNED]))
		return false;
	return u->plugin[USER_BAN_EXPIRES] == NULL ||
	    !clock_parse(u->plugin[USER_BAN_EXPIRES], &until) || until > now;
}

enum err
user_by_email(struct ctx *ctx, const char *email, struct user *out)
{
	return db_one(ctx, user_by_email, user_cols, out, email);
}

enum err
user_by_id(struct ctx *ctx, const char *id, struct user *out)
{
	return db_one(ctx, user_by_id, user_cols, out, id);
}

enum err
user_lock(struct ctx *ctx, const char *id)
{
	return db_one(ctx, user_lock, id_cols, &(struct user) { 0 }, id);
}

enum err
user_lock_guest(struct ctx *ctx, const char *id)
{
	return db_one(ctx, user_lock_guest, id_cols, &(struct user) { 0 }, id);
}

enum err
user_update(struct ctx *ctx, const char *id, const struct user_change *c, struct user *out)
{
	return db_one(ctx, user_update, user_cols, out, id, db_bool(c->sets_name), c->name,
	    db_bool(c->sets_image), c->image, db_stamp(ctx, ctx->now));
}

enum err
user_verify_email(struct ctx *ctx, const char *id, const char *email)
{
	return db_exec(ctx, user_verify_email, NULL, id, email, db_stamp(ctx, ctx->now));
}

enum err
user_change_email(struct ctx *ctx, const struct user *u, const char *email, bool verified,
    struct user *out)
{
	return db_one(ctx, user_change_email, user_cols, out, u->id, u->email, email,
	    db_bool(verified), db_stamp(ctx, ctx->now));
}

enum err
user_delete(struct ctx *ctx, const char *id)
{
	return db_exec(ctx, user_delete, NULL, id);
}

enum err
user_delete_owned(struct ctx *ctx, const char *id, const char **rows)
{
	struct deleted deleted = { 0 };
	enum err e = db_one(ctx, user_delete_owned, deleted_cols, &deleted, id);

	*rows = deleted.rows;
	return e;
}

enum err
user_password_sample(struct ctx *ctx, bool *holds_scrypt)
{
	struct sample sample = { 0 };
	enum err e = db_one(ctx, user_password_sample, sample_cols, &sample);

	*holds_scrypt = sample.holdsScrypt;
	return e;
}

enum err
user_register(struct ctx *ctx, const struct registration *r, struct registered *out)
{
	return db_one(ctx, user_register, registered_cols, out, r->id, r->name, r->email, r->image,
	    db_stamp(ctx, ctx->now), r->account_id, r->password, r->session_id, r->token,
	    db_stamp(ctx, r->expires), r->address, r->agent, r->software, r->hardware,
	    db_int(ctx, r->version), r->guest_token, r->merge_id);
}

enum err
user_register_guest(struct ctx *ctx, const struct registration *r, struct user *out)
{
	return db_one(ctx, user_register_guest, user_cols, out, r->id, r->email,
	    db_stamp(ctx, ctx->now), r->session_id, r->token, db_stamp(ctx, r->expires), r->address,
	    r->agent);
}
