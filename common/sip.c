/* SipHash-1-3: one round a word, three at the end; the words of the input are little-endian as the
 * machine is. */
#include "common/sip.h"

#include <string.h>

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void sip_word(struct wg_sip *sip, uint64_t word)
{
    sip->v[3] ^= word;
    sip_round(sip->v);
    sip->v[0] ^= word;
}

void wg_sip_start(struct wg_sip *sip, const uint64_t secret[2])
{
    *sip = (struct wg_sip){
        .v = { secret[0] ^ UINT64_C(0x736f6d6570736575), secret[1] ^ UINT64_C(0x646f72616e646f6d),
               secret[0] ^ UINT64_C(0x6c7967656e657261), secret[1] ^ UINT64_C(0x7465646279746573) }
    };
}

void wg_sip_add(struct wg_sip *sip, const char *bytes, size_t length)
{
    size_t i = 0;
    uint64_t word;
    while (i < length) {
        if (sip->length % 8 == 0 && length - i >= 8) {
            memcpy(&word, bytes + i, 8);
            sip_word(sip, word);
            sip->length += 8;
            i += 8;
            continue;
        }
        sip->tail |= (uint64_t)(unsigned char)bytes[i++] << (sip->length % 8 * 8);
        if (++sip->length % 8 == 0) {
            sip_word(sip, sip->tail);
            sip->tail = 0;
        }
    }
}

uint64_t wg_sip_end(struct wg_sip *sip)
{
    sip_word(sip, sip->tail | (uint64_t)sip->length << 56);
    sip->v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(sip->v);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}
