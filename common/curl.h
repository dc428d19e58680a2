/* libcurl on the loop: it names descriptors to watch and a time to be called at. An easy handle
 * stays its owner's; the multi handle has it from wg_curl_add to wg_curl_remove, and owns its
 * connection meanwhile. */
#pragma once

#include <curl/curl.h>

struct wg_service;
struct wg_curl;

struct wg_curl *wg_curl_new(struct wg_service *service);
void wg_curl_destroy(struct wg_curl **curl); /* no handle may be left in it */

/* done is called once libcurl is through with the handle; it may remove it. Takes CURLOPT_PRIVATE.
 */
struct wg_transfer {
    void (*done)(CURLcode code, void *arg);
    void *arg;
};
/* The transfer stays the caller's, until the handle is removed. */
void wg_curl_add(struct wg_curl *curl, CURL *easy, struct wg_transfer *transfer);
void wg_curl_remove(struct wg_curl *curl, CURL *easy);
