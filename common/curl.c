#include "common/curl.h"

#include "common/memory.h"
#include "common/service.h"

struct wg_curl {
    struct wg_service *service;
    CURLM *multi;
    int timer; /* libcurl's; -1: none */
};

/* A descriptor that libcurl watches. */
struct watched {
    struct wg_curl *curl;
    curl_socket_t descriptor;
};

static void drive(struct wg_curl *curl, curl_socket_t descriptor)
{
    int running, left;
    curl_multi_socket_action(curl->multi, descriptor, 0, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(curl->multi, &left)) != NULL;) {
        char *transfer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        const struct wg_transfer over = *(struct wg_transfer *)(void *)transfer;
        if (message->msg == CURLMSG_DONE)
            over.done(code, over.arg);
    }
}

static void on_descriptor(void *arg)
{
    const struct watched *watched = arg; /* may be gone when drive returns */
    drive(watched->curl, watched->descriptor);
}

static void on_time(void *arg)
{
    struct wg_curl *curl = arg;
    curl->timer = -1;
    drive(curl, CURL_SOCKET_TIMEOUT);
}

static int on_watch(CURL *easy, curl_socket_t descriptor, int what, void *arg, void *known)
{
    struct wg_curl *curl = arg;
    struct watched *watched = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched != NULL)
            wg_service_unwatch(curl->service, descriptor);
        curl_multi_assign(curl->multi, descriptor, NULL);
        free(watched);
        return 0;
    }
    if (watched == NULL) {
        watched = wg_new(sizeof *watched);
        *watched = (struct watched){ .curl = curl, .descriptor = descriptor };
        curl_multi_assign(curl->multi, descriptor, watched);
    }
    wg_service_watch(curl->service, descriptor, (what & CURL_POLL_OUT) != 0, on_descriptor,
                     watched);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct wg_curl *curl = arg;
    (void)multi;
    if (curl->timer >= 0)
        wg_service_untimer(curl->service, curl->timer);
    curl->timer =
        timeout_ms < 0 ? -1 : wg_service_timer(curl->service, timeout_ms, 1, on_time, curl);
    return 0;
}

struct wg_curl *wg_curl_new(struct wg_service *service)
{
    struct wg_curl *curl = wg_new(sizeof *curl);
    *curl = (struct wg_curl){ .service = service, .timer = -1 };
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl->multi = curl_multi_init();
    if (curl->multi == NULL)
        abort(); /* out of memory ends the process */
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_watch);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    return curl;
}

void wg_curl_destroy(struct wg_curl **curl)
{
    if (*curl == NULL)
        return;
    curl_multi_cleanup((*curl)->multi);
    free(*curl);
    *curl = NULL;
}

void wg_curl_add(struct wg_curl *curl, CURL *easy, struct wg_transfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_multi_add_handle(curl->multi, easy);
}

void wg_curl_remove(struct wg_curl *curl, CURL *easy)
{
    curl_multi_remove_handle(curl->multi, easy);
}
