/* Q-learning in a room with walls and pits, data/room.txt. Nothing is known but that there are four directions. Q(s, a), what is
 * to be expected after direction a from cell s, is 0 at first; each step corrects one number. q_learning.svg, or the file that is
 * named, shows 30, 100 and 1000 episodes: green cells are worth much, red ones little; arrows point where Q is greatest. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

static float Q[4096][4]; /* left, down, right, up */
static unsigned long dice = 1;
static double chance(void) { return (double)(dice = (dice * 1664525 + 1013904223) % 4294967296) / 4294967296.0; }

static int best(int s) {
    int a = 0;
    for (int k = 1; k < 4; k++) a = Q[s][k] > Q[s][a] ? k : a;
    return a;
}

static void draw(FILE *f, const char *map, int episodes, int panel) {
    fprintf(f, "<g transform='translate(%d 24)'><text y='-9'>after %d episodes</text>\n", panel * 270, episodes);
    for (int s = 0, x = 0, y = 0; *map; x = *map == '\n' ? 0 : x + 1, map++) {
        if (*map == '\n' && ++y) continue;
        double value = Q[s][best(s)], faded = 255 * (1 - fmin(1, fabs(value)));
        const char *fixed = *map == '#' ? "#475569" : *map == 'P' ? "#ef4444" : *map == 'G' ? "#16a34a" : "";
        fprintf(f, "<g transform='translate(%d %d)'><rect width='31' height='31' fill='%s", x * 32, y * 32, fixed);
        if (!*fixed) fprintf(f, "rgb(%.0f,%.0f,%.0f)", value < 0 ? 255 : faded, value < 0 ? faded : 255, faded);
        fprintf(f, "'/><path d='%s' transform='rotate(%d 15 15)'/></g>\n", *fixed || value == 0 ? "" : "M24 15h-18l6-6m-6 6l6 6",
                -90 * best(s));
        s++;
    }
    fputs("</g>", f);
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    const mg_environment *room = mg_environment_open(ctx, "data/room.txt");
    mg_environments *walk = room ? mg_environments_create(ctx, room, 1, 0) : NULL;
    FILE *f = fopen(argc > 1 ? argv[1] : "q_learning.svg", "w");
    if (!walk || !f) return fprintf(stderr, "q_learning: %s\n", mg_context_message(ctx)), 1;
    char map[8192];
    room->draw_text(room, mg_environments_state(walk, 0), map, sizeof map);
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 252' font-family='sans-serif' font-size='13'>", f);
    fputs("<g fill='none' stroke='#334155' stroke-width='1.5'><style>text{fill:#64748b;stroke:none}</style>", f);
    const mg_view *now = mg_environments_view(walk);
    double sum = 0;
    for (int ended = 0, panel = 0; ended < 1000;) {
        int s = (int)now->observation[0], a = chance() < 0.1 ? (int)(4 * chance()) : best(s);
        if (mg_environments_step(walk, &(float){ (float)a }) != MG_OK) break;
        int next = (int)now->last[0];
        double after = now->terminated[0] ? 0 : Q[next][best(next)]; /* nothing comes after an end */
        Q[s][a] += (float)(0.2 * (now->reward[0] + 0.98 * after - Q[s][a]));
        if (now->episodes == ended) continue;
        sum += now->returned[0], ended++;
        if (ended % 100 == 0) printf("episode %4d  mean return of the last 100: %6.3f\n", ended, sum / 100), sum = 0;
        if (ended == 30 || ended == 100 || ended == 1000) draw(f, map, ended, panel++);
    }
    fputs("</g></svg>\n", f);
    return fclose(f) || mg_context_status(ctx) != MG_OK; /* the program ends: the system takes all memory back */
}
