/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The protocols of wait.c, of watching instead of sleeping (task-spin.c), of
 * shared mutants (mutant.c, robust.c) and of sleeping on a shared word
 * (wait-shared.c, task_wake()) as models of a few steps each, run in every
 * possible order, with time-outs and kills at every step: nobody sleeps for
 * ever, nothing is taken twice, an abandoned mutant is said to be one.  Each
 * model is also run with a step left out, to see that the search would notice.
 */
#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/unit.h"

/* ---- the search ------------------------------------------------------ */

enum { MAX_STATE = 32, TABLE = 1 << 22, MOVES = 24 };

/* One thing that can happen in state s, by number.  false: not now. */
typedef bool move(uint8_t *s, int m);
/* What is wrong with s; final: nothing more can happen.  NULL: nothing. */
typedef const char *judge(const uint8_t *s, bool final);

static struct {
	move *move;
	judge *judge;
	const char *wrong;
	uint8_t (*seen)[MAX_STATE];
	uint8_t *used;
	uint64_t states, moves;
} search;

static bool is_new(const uint8_t *s)
{
	uint64_t h = 14695981039346656037u;

	for (int i = 0; i < MAX_STATE; i++)
		h = (h ^ s[i]) * 1099511628211u;
	for (h %= TABLE; search.used[h]; h = (h + 1) % TABLE)
		if (!memcmp(search.seen[h], s, MAX_STATE))
			return false;
	search.used[h] = 1;
	memcpy(search.seen[h], s, MAX_STATE);
	search.states++;
	ck_assert_uint_lt(search.states, TABLE / 2);
	return true;
}

static void explore(const uint8_t *s)
{
	bool final = true;

	if (search.wrong || !is_new(s))
		return;
	search.wrong = search.judge(s, false);
	for (int m = 0; m < MOVES && !search.wrong; m++) {
		uint8_t next[MAX_STATE];

		memcpy(next, s, sizeof next);
		if (!search.move(next, m))
			continue;
		final = false;
		search.moves++;
		explore(next);
	}
	if (final && !search.wrong)
		search.wrong = search.judge(s, true);
}

static const char *run(const uint8_t *first, move *mv, judge *jd)
{
	search.move = mv;
	search.judge = jd;
	search.wrong = NULL;
	search.states = search.moves = 0;
	search.seen = malloc(sizeof *search.seen * TABLE);
	search.used = calloc(TABLE, 1);
	ck_assert(search.seen && search.used);
	explore(first);
	free(search.seen);
	free(search.used);
	return search.wrong;
}

/* What a run leaves out, to see that it is missed. */
static enum {
	NOTHING,
	SEQ_FIRST,  /* the wake word is read only after looking */
	STILL_WATCHES, /* it is said to watch until it sleeps */
	LOOK_FIRST, /* whether it watches is looked at before the word changes */
	CLEAR_MARK, /* a dead owner's mark stays for the next owner */
	NOTE_FIRST, /* "abandoned" is noted after the owner is taken away */
	SAY_FIRST,  /* "I sleep on that word" is said after the last look */
	COUNT,	    /* nobody waits for those who are about to change the word */
} without;

/* ---- waiting for an auto-reset event --------------------------------- */

enum { WAITERS = 3, SETTERS = 2, PENDING = 0, CLAIMED, TAKEN, TIMEOUT };

struct event {
	uint8_t lock; /* who + 1 */
	uint8_t set;
	uint8_t list[WAITERS], n; /* in order of arrival */
	struct waiter {
		uint8_t at, status, word, seq, watching;
	} w[WAITERS];
	struct setter {
		uint8_t at, wakes; /* who to wake + 1 */
		uint8_t awake;	   /* it was seen to watch */
	} s[SETTERS];
};

enum {
	W_LOCK, W_TAKE, W_SEQ, W_LOOK, W_SLEEP, W_WATCH, W_LAST_LOOK, W_ASLEEP,
	W_LATE_SEQ, W_RELOCK, W_DELIST, W_DONE,
	/* passing on what it may have been passed over for */
	W_PASS_WAKE
};
enum { S_LOCK, S_SET, S_UNLOCK, S_LOOK, S_CHANGE, S_WAKE, S_DONE };

static void leave_list(struct event *e, int who)
{
	for (int i = 0; i < e->n; i++)
		if (e->list[i] == who) {
			memmove(e->list + i, e->list + i + 1,
				(size_t)(e->n - i - 1));
			e->n--;
			return;
		}
}

/* With the lock: object_wake_locked().  Whom to wake, + 1. */
static uint8_t let_go(struct event *e)
{
	for (int i = 0; i < e->n && e->set; i++) {
		int who = e->list[i];

		if (e->w[who].status != PENDING)
			continue;
		e->w[who].status = TAKEN;
		e->set = 0;
		leave_list(e, who);
		return (uint8_t)(who + 1);
	}
	return 0;
}

/* The second half of task_wake(), after the word. */
static void wake(struct event *e, uint8_t who)
{
	struct waiter *w = &e->w[who - 1];

	if (!w->watching && w->at == W_ASLEEP)
		w->at = W_SEQ;
}

static bool waiter_moves(struct event *e, int i)
{
	struct waiter *w = &e->w[i];

	switch (w->at) {
	case W_LOCK:
	case W_RELOCK:
		if (e->lock)
			return false;
		e->lock = (uint8_t)(i + 1);
		w->at++;
		break;
	case W_TAKE:
		if (e->set) {
			e->set = 0;
			w->status = TAKEN;
			w->at = W_DONE;
		} else {
			e->list[e->n++] = (uint8_t)i;
			w->at = W_SEQ;
		}
		e->lock = 0;
		break;
	case W_SEQ:
		if (without != SEQ_FIRST)
			w->seq = w->word;
		w->at = W_LOOK;
		break;
	case W_LOOK:
		w->at = w->status != PENDING   ? W_RELOCK
			: without == SEQ_FIRST ? W_LATE_SEQ
					       : W_SLEEP;
		break;
	case W_LATE_SEQ:
		w->seq = w->word;
		w->at = W_SLEEP;
		break;
	case W_WATCH: /* as long as it likes */
		if (without != STILL_WATCHES)
			w->watching = 0;
		w->at = W_LAST_LOOK;
		break;
	case W_SLEEP:
	case W_LAST_LOOK: /* the kernel compares and sleeps at once */
		w->at = w->seq == w->word ? W_ASLEEP : W_SEQ;
		w->watching &= w->at == W_ASLEEP;
		break;
	case W_DELIST:
		leave_list(e, i);
		w->seq = let_go(e);
		e->lock = 0;
		w->at = W_PASS_WAKE;
		break;
	case W_PASS_WAKE:
		if (w->seq) {
			e->w[w->seq - 1].word++;
			wake(e, w->seq);
		}
		w->seq = 0;
		w->at = W_DONE;
		break;
	default:
		return false;
	}
	return true;
}

/* Its time is over: at any moment before it finds itself let go. */
static bool waiter_times_out(struct event *e, int i)
{
	struct waiter *w = &e->w[i];

	/* The last one waits for ever. */
	if (i == WAITERS - 1 || w->status != PENDING ||
	    (w->at != W_ASLEEP && w->at != W_SLEEP && w->at != W_LAST_LOOK))
		return false;
	w->status = TIMEOUT;
	w->at = W_RELOCK;
	return true;
}

/* It may, instead of sleeping at once. */
static bool waiter_watches(struct event *e, int i)
{
	struct waiter *w = &e->w[i];

	if (w->at != W_SLEEP)
		return false;
	w->watching = 1;
	w->at = W_WATCH;
	return true;
}

static bool setter_moves(struct event *e, int i)
{
	struct setter *s = &e->s[i];

	switch (s->at) {
	case S_LOCK:
		if (e->lock)
			return false;
		e->lock = (uint8_t)(WAITERS + i + 1);
		break;
	case S_SET:
		e->set = 1;
		s->wakes = let_go(e);
		break;
	case S_UNLOCK:
		e->lock = 0;
		s->at = without == LOOK_FIRST ? S_LOOK : S_CHANGE;
		return true;
	case S_LOOK: /* what task_wake() must not do now */
		s->awake = without == LOOK_FIRST && s->wakes &&
			   e->w[s->wakes - 1].watching;
		break;
	case S_CHANGE:
		if (s->wakes)
			e->w[s->wakes - 1].word++;
		break;
	case S_WAKE:
		if (s->wakes && !s->awake)
			wake(e, s->wakes);
		s->wakes = 0;
		break;
	default:
		return false;
	}
	s->at++;
	return true;
}

static bool event_move(uint8_t *s, int m)
{
	struct event *e = (struct event *)s;

	if (m < WAITERS)
		return waiter_moves(e, m);
	m -= WAITERS;
	if (m < WAITERS)
		return waiter_times_out(e, m);
	m -= WAITERS;
	if (m < WAITERS)
		return waiter_watches(e, m);
	m -= WAITERS;
	return m < SETTERS && setter_moves(e, m);
}

static const char *event_judge(const uint8_t *s, bool final)
{
	const struct event *e = (const struct event *)s;
	int taken = 0, sets = 0, waiting = 0;

	for (int i = 0; i < WAITERS; i++) {
		taken += e->w[i].status == TAKEN;
		waiting += e->w[i].at != W_DONE;
	}
	for (int i = 0; i < SETTERS; i++)
		sets += e->s[i].at > S_SET;
	if (taken > sets)
		return "taken more often than set";
	if (final && e->lock)
		return "the lock is held for ever";
	if (final && e->set && waiting)
		return "set, and somebody sleeps";
	if (final && sets < SETTERS)
		return "a setter is stuck";
	return NULL;
}

/* ---- a mutant of several processes, any of which is killed ----------- */

enum { OWNERS = 3, KILLS = 2, DIED = 0x80 };

struct mutant {
	uint8_t lock;      /* of the page: who + 1 */
	uint8_t owner;     /* who + 1 */
	uint8_t abandoned; /* all three in the page */
	uint8_t alive;     /* who + 1, | DIED */
	uint8_t inside;    /* what the lock protects: who + 1 */
	uint8_t kills;
	uint8_t wrong;
	struct process {
		uint8_t at, told, marked, dead, reaped;
	} p[OWNERS];
};

enum {
	M_LOCK, M_LOOK, M_MARK, M_NOTE, M_FREE, M_READ, M_OWN, M_FORGET,
	M_UNLOCK, M_ALIVE, M_ENTER, M_LEAVE, M_RELOCK, M_UNALIVE, M_CLEAN,
	M_RELEASE, M_REUNLOCK, M_DONE, M_WAIT, M_LATE_NOTE
};

static bool owner_died(const struct mutant *m)
{
	const struct process *o = &m->p[m->owner - 1];

	return m->alive & DIED || (!m->alive && o->dead && o->reaped);
}

static bool take_lock(struct mutant *m, int i)
{
	/* shared_lock() steals it from the dead. */
	if (m->lock && !(m->p[m->lock - 1].dead && m->p[m->lock - 1].reaped))
		return false;
	m->lock = (uint8_t)(i + 1);
	return true;
}

static bool owner_moves(struct mutant *m, int i)
{
	struct process *p = &m->p[i];
	uint8_t me = (uint8_t)(i + 1);

	if (p->dead)
		return false;
	switch (p->at) {
	case M_LOCK:
	case M_RELOCK:
		if (!take_lock(m, i))
			return false;
		break;
	case M_LOOK:
		if (!m->owner) {
			p->at = M_READ;
			return true;
		}
		if (!owner_died(m)) {
			m->lock = 0;
			p->at = M_WAIT;
			return true;
		}
		break;
	case M_MARK:
		if (without != CLEAR_MARK)
			m->alive = 0;
		break;
	case M_NOTE:
		if (without != NOTE_FIRST)
			m->abandoned = 1;
		break;
	case M_FREE:
		m->owner = 0;
		if (without == NOTE_FIRST) {
			p->at = M_LATE_NOTE;
			return true;
		}
		break;
	case M_LATE_NOTE:
		m->abandoned = 1;
		p->at = M_READ;
		return true;
	case M_READ:
		p->told = m->abandoned;
		break;
	case M_OWN:
		m->owner = me;
		break;
	case M_FORGET:
		m->abandoned = 0;
		break;
	case M_UNLOCK:
	case M_REUNLOCK:
		m->lock = 0;
		break;
	case M_ALIVE: /* robust_take() */
		p->marked = !m->alive || m->alive & DIED;
		if (p->marked)
			m->alive = me;
		break;
	case M_ENTER:
		if (m->inside && !m->p[m->inside - 1].dead)
			m->wrong = 1;
		else if (m->inside && !p->told)
			m->wrong = 2;
		m->inside = me;
		break;
	case M_LEAVE:
		if (m->inside != me)
			m->wrong = 1;
		m->inside = 0;
		break;
	case M_UNALIVE:
		if (p->marked)
			m->alive = 0;
		break;
	case M_CLEAN:
		m->abandoned = 0;
		break;
	case M_RELEASE:
		m->owner = 0;
		break;
	default:
		return false;
	}
	p->at++;
	return true;
}

/* It sleeps until something changes, and looks now and then anyway. */
static bool sleeper_looks(struct mutant *m, int i)
{
	if (m->p[i].dead || m->p[i].at != M_WAIT ||
	    (m->owner && !owner_died(m)))
		return false;
	m->p[i].at = M_LOCK;
	return true;
}

static bool is_killed(struct mutant *m, int i)
{
	struct process *p = &m->p[i];

	/* One survives, to see. */
	if (i == OWNERS - 1 || p->dead || m->kills == KILLS ||
	    p->at == M_DONE)
		return false;
	m->kills++;
	p->dead = 1;
	/* The kernel, on the robust list. */
	if (m->alive == i + 1)
		m->alive |= DIED;
	return true;
}

static bool mutant_move(uint8_t *s, int n)
{
	struct mutant *m = (struct mutant *)s;
	int i = n % OWNERS;

	switch (n / OWNERS) {
	case 0:
		return owner_moves(m, i);
	case 1:
		return sleeper_looks(m, i);
	case 2:
		return is_killed(m, i);
	case 3: /* its parent has waited for it */
		if (!m->p[i].dead || m->p[i].reaped)
			return false;
		m->p[i].reaped = 1;
		return true;
	default:
		return false;
	}
}

static const char *mutant_judge(const uint8_t *s, bool final)
{
	const struct mutant *m = (const struct mutant *)s;

	if (m->wrong)
		return m->wrong == 1 ? "two have it"
				     : "nobody says that it is abandoned";
	for (int i = 0; final && i < OWNERS; i++)
		if (!m->p[i].dead && m->p[i].at != M_DONE)
			return "somebody never gets it";
	return NULL;
}

/* ---- one who sleeps on a word in memory that processes share ---------- */

enum { POKERS = 2 };

struct word {
	uint8_t set;   /* what another process changes */
	uint8_t value; /* of the word in the page */
	uint8_t gone;  /* the page is not mapped any more */
	uint8_t wrong; /* it was changed all the same */
	uint8_t causes; /* other reasons to look, not yet seen */
	uint8_t wake, says, wakers;
	uint8_t at, seq, seen, asleep;
	uint8_t setter;
	struct poker {
		uint8_t at, counted;
	} p[POKERS];
};

enum { L_SEQ, L_WORD, L_LOOK, L_SAY, L_CHECK, L_SLEEP, L_ASLEEP, L_UNSAY,
       L_COUNTED, L_GONE, L_DONE };
enum { P_CAUSE, P_WAKE, P_ASK, P_COUNT, P_ASK_AGAIN, P_CHANGE, P_LEAVE, P_DONE };

static bool sleeper_moves(struct word *w)
{
	switch (w->at) {
	case L_SEQ:
		w->seq = w->wake;
		break;
	case L_WORD:
		w->seen = w->value;
		break;
	case L_LOOK:
		w->causes = 0;
		w->at = w->set		      ? L_GONE
			: without == SAY_FIRST ? L_CHECK
					       : L_SAY;
		return true;
	case L_SAY:
		w->says = 1;
		w->at = without == SAY_FIRST ? L_SLEEP : L_CHECK;
		return true;
	case L_CHECK:
		w->at = w->wake != w->seq	? L_UNSAY
			: without == SAY_FIRST ? L_SAY
					       : L_SLEEP;
		return true;
	case L_SLEEP: /* the kernel looks and sleeps in one */
		w->asleep = w->value == w->seen;
		w->at = w->asleep ? L_ASLEEP : L_UNSAY;
		return true;
	case L_ASLEEP:
		if (w->asleep)
			return false;
		break;
	case L_UNSAY:
		w->says = 0;
		break;
	case L_COUNTED:
		if (w->wakers && without != COUNT)
			return false;
		w->at = L_SEQ;
		return true;
	case L_GONE: /* it returns, and the handle is closed */
		w->gone = 1;
		break;
	default:
		return false;
	}
	w->at++;
	return true;
}

static bool poker_moves(struct word *w, struct poker *p)
{
	switch (p->at) {
	case P_CAUSE:
		w->causes = 1;
		break;
	case P_WAKE:
		w->wake++;
		break;
	case P_ASK:
		p->at = w->says ? P_COUNT : P_DONE;
		return true;
	case P_COUNT:
		w->wakers++;
		break;
	case P_ASK_AGAIN:
		p->at = w->says ? P_CHANGE : P_LEAVE;
		return true;
	case P_CHANGE:
		w->wrong |= w->gone;
		w->value++;
		w->asleep = 0;
		break;
	case P_LEAVE:
		w->wakers--;
		break;
	default:
		return false;
	}
	p->at++;
	return true;
}

static bool word_move(uint8_t *s, int m)
{
	struct word *w = (struct word *)s;

	if (m == 0)
		return sleeper_moves(w);
	if (m <= POKERS)
		return poker_moves(w, &w->p[m - 1]);
	if (m > POKERS + 1)
		return false;
	switch (w->setter) {
	case 0:
		w->set = 1;
		break;
	case 1:
		w->value++;
		break;
	case 2:
		w->asleep = 0;
		break;
	default:
		return false;
	}
	w->setter++;
	return true;
}

static const char *word_judge(const uint8_t *s, bool final)
{
	const struct word *w = (const struct word *)s;

	if (w->wrong)
		return "memory that is gone was changed";
	/* It may sleep on when all is set, but then nobody is on the way. */
	if (w->asleep && w->causes && w->p[0].at == P_DONE &&
	    w->p[1].at == P_DONE)
		return "poked, and it sleeps";
	if (final && w->at != L_DONE)
		return "set, and it sleeps";
	return NULL;
}

/* ---- the tests -------------------------------------------------------- */

_Static_assert(sizeof(struct event) <= MAX_STATE, "state");
_Static_assert(sizeof(struct mutant) <= MAX_STATE, "state");
_Static_assert(sizeof(struct word) <= MAX_STATE, "state");

static const struct {
	const char *name;
	move *move;
	judge *judge;
	int without;
} cases[] = {
	{ "event", event_move, event_judge, NOTHING },
	{ "event, word read late", event_move, event_judge, SEQ_FIRST },
	{ "event, watched too long", event_move, event_judge, STILL_WATCHES },
	{ "event, watching seen early", event_move, event_judge, LOOK_FIRST },
	{ "mutant", mutant_move, mutant_judge, NOTHING },
	{ "mutant, mark left", mutant_move, mutant_judge, CLEAR_MARK },
	{ "mutant, noted late", mutant_move, mutant_judge, NOTE_FIRST },
	{ "shared word", word_move, word_judge, NOTHING },
	{ "shared word, said late", word_move, word_judge, SAY_FIRST },
	{ "shared word, not counted", word_move, word_judge, COUNT },
};

START_TEST(every_order)
{
	const uint8_t first[MAX_STATE] = { 0 };
	const char *wrong;

	without = cases[_i].without;
	wrong = run(first, cases[_i].move, cases[_i].judge);
	printf("# %s: %llu states, %llu steps%s%s\n", cases[_i].name,
	       (unsigned long long)search.states,
	       (unsigned long long)search.moves, wrong ? "; found: " : "",
	       wrong ? wrong : "");
	if (without == NOTHING)
		ck_assert_msg(!wrong, "%s: %s", cases[_i].name, wrong);
	else
		ck_assert_msg(wrong, "%s: nothing found", cases[_i].name);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("protocol");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, every_order, 0,
			    sizeof cases / sizeof *cases);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
