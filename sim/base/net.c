/* Addresses as text. */
#include "base/net.h"

#include <stdio.h>

char *ip_print(uint32_t ip, char buf[16])
{
    snprintf(buf, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return buf;
}

bool ip_parse(const char *text, uint32_t *ip)
{
    uint32_t all = 0;
    for (int part = 0; part < 4; part++) {
        uint32_t n = 0;
        int digits = 0;
        while (*text >= '0' && *text <= '9' && digits < 4) {
            n = n * 10 + (uint32_t)(*text++ - '0');
            digits++;
        }
        if (digits == 0 || n > 255 || (digits > 1 && text[-digits] == '0')) {
            return false;
        }
        if (*text++ != (part < 3 ? '.' : '\0')) {
            return false;
        }
        all = all << 8 | n;
    }
    *ip = all;
    return true;
}
