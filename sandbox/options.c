/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/sandbox.h"

void options_help(FILE *to)
{
    fputs(
        "Usage: tabrelay-sandbox [OPTION]...\n"
        "Google Sheets on this machine: its REST API and token endpoint, a grid in the browser,\n"
        "and Apps Script triggers.\n"
        "\n"
        "  --listen HOST:PORT   where to listen; port 0 takes a free one (127.0.0.1:8090)\n"
        "  --data DIR           keep spreadsheets and the key here (in memory only)\n"
        "  --script FILE        the Apps Script that every spreadsheet is bound to (none)\n"
        "  --quota WHAT         requests a minute: google (60 reads and 60 writes a user, 300 and\n"
        "                       300 a project), off, READS,WRITES a user, or\n"
        "                       READS,WRITES,PROJECT_READS,PROJECT_WRITES (google)\n"
        "  --answer-ms LOW-HIGH let each request of Google's API wait so many milliseconds\n"
        "                       (0-0; Google's own are about 200-800)\n"
        "  --notify-after MS    from a change to Drive's notification; Google's are about 180000\n"
        "                       (200)\n"
        "  --channel-life MS    the longest that a notification channel lives (86400000)\n"
        "  --url URL            where browsers reach it, when that is not HOST:PORT\n"
        "  --account FILE       the service account's key (JSON) that it knows (one of its own)\n"
        "  --book ID=TITLE:TAB,TAB...   have this spreadsheet: it is made at the first start\n"
        "  --install URL,FILE   install the script in the spreadsheets there are, for the webhook\n"
        "                       at URL, whose secret is FILE's first line\n"
        "  --health             ask the one that listens at --listen whether it is well; 0: it is\n"
        "  --help, --version\n"
        "\n"
        "GET /sandbox/v1/credentials gives a service account's key for it.\n",
        to);
}

static int parse_listen(const char *text, struct options *out, struct err *err)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    long port;
    size_t len;

    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof(out->host))
        return err_set(err, ERR_CONFIG, "--listen: expected HOST:PORT, got \"%.80s\"", text);
    port = strtol(colon + 1, &end, 10);
    if (colon[1] == '\0' || *end != '\0' || port < 0 || port > 65535)
        return err_set(err, ERR_CONFIG, "--listen: the port must be 0 to 65535, got \"%.20s\"",
                       colon + 1);
    len = (size_t)(colon - text);
    if (*text == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    memcpy(out->host, text, len);
    out->host[len] = '\0';
    out->port = (uint16_t)port;
    return 0;
}

/* "http://NAME[:PORT]": without a path, as a browser's Origin has it. */
static int parse_url(const char *text, struct options *out, struct err *err)
{
    const char *name = strstr(text, "://");

    if (name == NULL || name == text || name[3] == '\0' || strpbrk(name + 3, "/?#\"\\ ") != NULL ||
        strlen(text) >= URL_SIZE)
        return err_set(err, ERR_CONFIG, "--url: expected http://NAME:PORT, got \"%.80s\"", text);
    out->url = text;
    return 0;
}

static int parse_ms(const char *name, const char *text, int64_t *out, struct err *err)
{
    char *end = NULL;
    long long ms = strtoll(text, &end, 10);

    if (*text == '\0' || *end != '\0' || ms < 1 || ms > 86400000)
        return err_set(err, ERR_CONFIG, "%s: expected 1 to 86400000 milliseconds, got \"%.20s\"",
                       name, text);
    *out = ms;
    return 0;
}

int options_parse(int argc, char **argv, struct options *out, struct err *err)
{
    static const struct option names[] = {
        {"listen", required_argument, NULL, 'l'},
        {"data", required_argument, NULL, 'd'},
        {"script", required_argument, NULL, 's'},
        {"quota", required_argument, NULL, 'q'},
        {"answer-ms", required_argument, NULL, 'a'},
        {"notify-after", required_argument, NULL, 'n'},
        {"channel-life", required_argument, NULL, 'c'},
        {"url", required_argument, NULL, 'u'},
        {"account", required_argument, NULL, 'A'},
        {"book", required_argument, NULL, 'b'},
        {"install", required_argument, NULL, 'i'},
        {"health", no_argument, NULL, 'H'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    int c;

    *out = (struct options){.host = "127.0.0.1",
                            .port = 8090,
                            .quota = "google",
                            .notify_after_ms = 200,
                            .channel_life_ms = 86400000};
    while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (c == 'l' && parse_listen(optarg, out, err) < 0)
            return -1;
        if (c == 'a' && answer_time_parse(optarg, &out->answer_time, err) < 0)
            return -1;
        if (c == 'n' && parse_ms("--notify-after", optarg, &out->notify_after_ms, err) < 0)
            return -1;
        if (c == 'c' && parse_ms("--channel-life", optarg, &out->channel_life_ms, err) < 0)
            return -1;
        if (c == 'd')
            out->data_dir = optarg;
        if (c == 's')
            out->script = optarg;
        if (c == 'q')
            out->quota = optarg;
        if (c == 'u' && parse_url(optarg, out, err) < 0)
            return -1;
        if (c == 'A')
            out->account = optarg;
        if (c == 'b')
            out->book = optarg;
        if (c == 'i')
            out->install = optarg;
        if (c == 'H')
            out->task = OPTIONS_ASK_HEALTH;
        if (c == 'h')
            out->task = OPTIONS_HELP;
        if (c == 'v')
            out->task = OPTIONS_VERSION;
        if (c == '?')
            return err_set(err, ERR_CONFIG, "see tabrelay-sandbox --help");
    }
    if (optind < argc)
        return err_set(err, ERR_CONFIG, "unexpected argument \"%.80s\"", argv[optind]);
    return 0;
}
