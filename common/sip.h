/* SipHash-1-3 (Aumasson, Bernstein: SipHash, a fast short-input PRF), fed in pieces; pure. For
 * tables whose keys strangers choose: who does not know the secret cannot make keys collide. Not
 * for anything that is stored. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct wg_sip {
    uint64_t v[4], tail;
    size_t length;
};

void wg_sip_start(struct wg_sip *sip, const uint64_t secret[2]);
void wg_sip_add(struct wg_sip *sip, const char *bytes, size_t length);
uint64_t wg_sip_end(struct wg_sip *sip);
