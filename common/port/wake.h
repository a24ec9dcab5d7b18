/* SPDX-License-Identifier: ISC */
/* wake: tells the mailer that there is something to do, by a datagram on an abstract
 * socket whose name only programs with the same secret and database can know. */
#ifndef PORT_WAKE_H
#define PORT_WAKE_H

/* Never waits and never fails: a mailer that misses it looks for itself, later. */
void wake_send(void);

/* A socket that becomes readable; -1 when another process of ours has it. */
int wake_open(void);

/* Takes what has arrived. */
void wake_drain(int fd);

#endif
