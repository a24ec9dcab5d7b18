/* SPDX-License-Identifier: ISC */
/* chatting: handlers over threads and items in ChatKit's shapes (contract.md section 6,
 * integrations.md section 2). */
#ifndef FLOW_CHATTING_H
#define FLOW_CHATTING_H

#include "http/app.h"

handler chatting_make; /* 201 with the thread */
handler chatting_list; /* {"data","has_more","after"} */
handler chatting_show;
handler chatting_change; /* title, metadata, status */
handler chatting_drop;   /* {"success":true} */
handler chatting_append; /* 201 with the item; 200 when it was there already */
handler chatting_items;

#endif
